"""The connections to one relay: opened as far as there is work, replaced when lost.

None waits for a slow one: those begun together are looked at after a second, and what
is open then is at work.
"""

import asyncio
from collections.abc import Awaitable, Callable

from mailer.clock import uptime
from mailer.delivery.smtp.connect import Channel, RelayError
from mailer.delivery.smtp.connection import Connection
from mailer.delivery.smtp.outgoing import ConnectionHandler

TOGETHER = 1.0  # seconds within which connections begun together are to be open
FULL = 5.0  # seconds before a relay that takes no more connections is asked again


class ConnectionPool:
    """Those of one handler, `most` at once."""

    def __init__(
        self,
        handler: ConnectionHandler,
        *,
        most: int,
        connect: Callable[[], Awaitable[Channel]],
        work: Callable[[], int],
        unreachable: Callable[[RelayError], None],
    ) -> None:
        self._handler = handler
        self._most = most
        self._connect = connect
        self._work = work  # how many messages want one
        self._unreachable = unreachable  # told what stood in the way of all
        self._connections: set[Connection] = set()
        self._leaving = False
        self._wanted = asyncio.Event()
        self._since: float | None = None  # none is open, and some are being opened
        self.fault: RelayError | None = None  # while none can be opened

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def awaited(self) -> float:
        """For how many seconds the first of them has been waited for."""
        return (
            0.0 if self._connections or self._since is None else uptime() - self._since
        )

    def want(self) -> None:
        """Look whether more are to be opened."""
        self._wanted.set()

    def kick(self) -> None:
        """Set those going that have nothing to do."""
        for connection in self._connections.copy():
            connection.kick()

    def look(self) -> None:
        """End those whose relay is silent."""
        for connection in self._connections.copy():
            connection.look(uptime())

    def forget_the_lost(self) -> None:
        """Keep those that are open and in step."""
        self._connections = {
            connection for connection in self._connections if connection.usable
        }

    def leave(self) -> None:
        """Let each end after what it has in flight."""
        self._leaving = True
        for connection in self._connections.copy():
            connection.leave()

    def drop(self) -> None:
        """End all at once."""
        for connection in self._connections.copy():
            connection.fail("the worker is stopping")

    async def keep(self) -> None:
        """Open what is lacking while there is work, until cancelled."""
        opening: set[asyncio.Task[RelayError | None]] = set()
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                if opening:
                    await asyncio.wait(opening, timeout=TOGETHER)
                ended = {each for each in opening if each.done()}
                opening -= ended
                faults = [each.result() for each in ended]
                if faults and faults[0] is not None and None not in faults:
                    await self._not_opened(faults[0])
                opening |= self._begin(len(opening))
                none = opening and not self._connections
                self._since = (self._since or uptime()) if none else None
        finally:
            for each in opening:
                each.cancel()

    def _begin(self, opening: int) -> set[asyncio.Task[RelayError | None]]:
        """Begin to open those that are lacking."""
        supplied = (
            sum(not connection.busy for connection in self._connections) + opening
        )
        lacking = self._most - len(self._connections) - opening
        begun = {
            asyncio.ensure_future(self._open())
            for _ in range(min(lacking, self._work() - supplied))
        }
        for each in begun:
            each.add_done_callback(lambda _: self._wanted.set())
        return begun

    async def _not_opened(self, fault: RelayError) -> None:
        if self._connections:  # it takes no more than these
            await asyncio.sleep(FULL)
            return
        self._unreachable(fault)
        self.fault = fault

    async def _open(self) -> RelayError | None:
        """Open one; return what stood in the way."""
        try:
            channel = await self._connect()
        except RelayError as fault:
            return fault
        self.fault = None
        if self._leaving:
            channel.transport.abort()
            return None
        connection = Connection(channel.transport, channel.offer, self._handler)
        self._connections.add(connection)
        connection.kick()
        return None
