"""Looks up the addresses of a host, and lets nothing else wait for the name servers.

asyncio looks names up in the threads that also write opt-outs to the disk, and waits
for those threads at the end of the process. With name servers that answer nothing, a
look-up takes up to half a minute. So each has a thread of its own here, which a process
that ends leaves behind, and one look-up answers all who ask for a host meanwhile.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

Address = tuple[int, Any]  # the family, and the address as `connect` takes it
_Asked = tuple[asyncio.AbstractEventLoop, str, int]
_under_way: dict[_Asked, asyncio.Future[list[Address]]] = {}


async def addresses(host: str, port: int) -> list[Address]:
    """Return the addresses of a host; raise OSError if there are none."""
    loop = asyncio.get_running_loop()
    asked = (loop, host, port)
    answer = _under_way.get(asked)
    if answer is None:
        answer = _under_way[asked] = loop.create_future()
        answer.add_done_callback(lambda each: _forget(asked, each))
        threading.Thread(target=_look_up, args=(asked, answer), daemon=True).start()
    return await asyncio.shield(answer)


def _look_up(asked: _Asked, answer: asyncio.Future[list[Address]]) -> None:
    """Look a host up, in a thread of its own."""
    loop, host, port = asked
    with suppress(RuntimeError):  # the loop was closed meanwhile
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as fault:
            loop.call_soon_threadsafe(_fail, answer, fault)
        except UnicodeError:
            wrong = socket.gaierror(socket.EAI_NONAME, "it is no name of a host")
            loop.call_soon_threadsafe(_fail, answer, wrong)
        else:
            reached_at: list[Address] = [(each[0], each[4]) for each in found]
            loop.call_soon_threadsafe(answer.set_result, reached_at)


def _fail(answer: asyncio.Future[list[Address]], fault: OSError) -> None:
    answer.set_exception(fault)
    answer.exception()  # those who asked may be gone


def _forget(asked: _Asked, _answer: asyncio.Future[list[Address]]) -> None:
    del _under_way[asked]
