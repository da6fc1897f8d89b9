"""Opens a TCP connection to the first address of a host that answers (RFC 8305).

The addresses are tried in turn, a quarter of a second apart and side by side. So a dead
IPv6 address before a live IPv4 address costs a quarter of a second.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain, zip_longest

from mailer.delivery.smtp import lookup
from mailer.delivery.smtp.lookup import Address

STAGGER = 0.25  # seconds, RFC 8305 section 5
PROBE = 5.0  # seconds for a probe for TLS


async def dial(host: str, port: int) -> socket.socket:
    """Return a connected socket; raise OSError if no address can be reached."""
    return await first_of(await lookup.addresses(host, port))


async def first_of(addresses: Sequence[Address]) -> socket.socket:
    """Return a socket that is connected to one of the addresses, tried in turn.

    Raises the OSError of the first that failed if none can be reached.
    """
    left = deque(_alternated(addresses))
    pending: set[asyncio.Task[socket.socket]] = set()
    faults: list[BaseException] = []
    try:
        while left or pending:
            if left:
                pending.add(asyncio.ensure_future(_connected(left.popleft())))
            done, _ = await asyncio.wait(
                pending,
                timeout=STAGGER if left else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for each in done:
                pending.remove(each)
                fault = each.exception()
                if fault is None:
                    return each.result()
                faults.append(fault)
        raise faults[0] if faults else OSError("the host has no address")
    finally:
        for each in pending:
            each.cancel()
            each.add_done_callback(_close)


def _alternated(addresses: Sequence[Address]) -> list[Address]:
    """Return the addresses with the families in turn, as the first one begins."""
    first = [each for each in addresses if each[0] == addresses[0][0]]
    others = [each for each in addresses if each[0] != addresses[0][0]]
    pairs = chain.from_iterable(zip_longest(first, others))
    return [each for each in pairs if each is not None]


async def _connected(address: Address) -> socket.socket:
    family, where = address
    made = socket.socket(family, socket.SOCK_STREAM)
    made.settimeout(0)
    try:
        await asyncio.get_running_loop().sock_connect(made, where)
    except BaseException:
        made.close()
        raise
    return made


def _close(late: asyncio.Task[socket.socket]) -> None:
    """Close the socket of a connection that came too late."""
    if not late.cancelled() and late.exception() is None:
        late.result().close()


async def speaks_tls(host: str, port: int) -> bool:
    """Return whether a port answers a TLS handshake at once; nothing else is sent."""
    context = ssl.create_default_context()
    context.check_hostname = False  # only whether it answers; no data is exchanged
    context.verify_mode = ssl.CERT_NONE
    with suppress(OSError, asyncio.IncompleteReadError):
        async with asyncio.timeout(PROBE):
            _, writer = await asyncio.open_connection(
                sock=await dial(host, port), ssl=context, server_hostname=host
            )
            writer.transport.abort()
            return True
    return False
