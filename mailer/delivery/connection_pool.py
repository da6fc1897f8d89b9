"""The connections to one relay: opened while there is work, replaced when lost.

Connections are opened side by side. After a second the open ones are at work, and do
not wait for those that still open.
"""

import asyncio
from collections.abc import Awaitable, Callable

from mailer.clock import uptime
from mailer.delivery.smtp.connect import Channel, RelayError
from mailer.delivery.smtp.connection import Connection
from mailer.delivery.smtp.outgoing import ConnectionHandler

OPENING_WAIT = 1.0  # seconds to wait for connections that are being opened
FULL_WAIT = 5.0  # seconds before a relay that takes no more connections is asked again


class ConnectionPool:
    """At most `limit` connections that share one handler."""

    def __init__(
        self,
        handler: ConnectionHandler,
        *,
        limit: int,
        connect: Callable[[], Awaitable[Channel]],
        demand: Callable[[], int],
        unreachable: Callable[[RelayError], None],
    ) -> None:
        self._handler = handler
        self._limit = limit
        self._connect = connect
        self._demand = demand  # returns how many messages need a connection
        self._unreachable = unreachable  # called when all connections fail to open
        self._connections: set[Connection] = set()
        self._closing = False
        self._wanted = asyncio.Event()
        self._opening_since: float | None = None  # while some open and none is open
        self._rests_until = float("-inf")  # no more than the open ones until then
        self.fault: RelayError | None = None  # while none can be opened

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def seconds_opening(self) -> float:
        """Seconds since the first connection began to open; 0 if one is open."""
        return (
            0.0
            if self._connections or self._opening_since is None
            else uptime() - self._opening_since
        )

    def open_more(self) -> None:
        """Let `maintain` open connections that are missing."""
        self._wanted.set()

    def rest(self) -> None:
        """Open no more connections for FULL_WAIT seconds, unless none is open."""
        self._rests_until = uptime() + FULL_WAIT
        asyncio.get_running_loop().call_later(FULL_WAIT, self.open_more)

    def start_idle(self) -> None:
        """Let connections that have nothing to do take messages."""
        for connection in self._connections.copy():
            connection.start()

    def check_timeouts(self) -> None:
        """Fail connections whose relay has not replied in time."""
        for connection in self._connections.copy():
            connection.check_timeout(uptime())

    def remove_lost(self) -> None:
        """Keep only the connections that are open and in step."""
        self._connections = {
            connection for connection in self._connections if connection.usable
        }

    def quit(self) -> None:
        """Close each connection after the messages it has in flight."""
        self._closing = True
        for connection in self._connections.copy():
            connection.quit()

    def abort(self) -> None:
        """Close all connections at once."""
        for connection in self._connections.copy():
            connection.fail("the worker is stopping")

    async def maintain(self) -> None:
        """Open missing connections while there is work, until cancelled."""
        opening: set[asyncio.Task[RelayError | None]] = set()
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                if opening:
                    await asyncio.wait(opening, timeout=OPENING_WAIT)
                done = {each for each in opening if each.done()}
                opening -= done
                faults = [each.result() for each in done]
                if faults and faults[0] is not None and None not in faults:
                    await self._all_failed(faults[0])
                opening |= self._begin_opening(len(opening))
                none_open = opening and not self._connections
                self._opening_since = (
                    (self._opening_since or uptime()) if none_open else None
                )
        finally:
            for each in opening:
                each.cancel()

    def _begin_opening(self, opening: int) -> set[asyncio.Task[RelayError | None]]:
        """Begin to open the missing connections, while `opening` others open."""
        if self._connections and uptime() < self._rests_until:
            return set()
        supplied = (
            sum(not connection.busy for connection in self._connections) + opening
        )
        missing = self._limit - len(self._connections) - opening
        begun = {
            asyncio.ensure_future(self._open())
            for _ in range(min(missing, self._demand() - supplied))
        }
        for each in begun:
            each.add_done_callback(lambda _: self._wanted.set())
        return begun

    async def _all_failed(self, fault: RelayError) -> None:
        if self._connections:  # the relay takes no more than these
            await asyncio.sleep(FULL_WAIT)
            return
        self._unreachable(fault)
        self.fault = fault

    async def _open(self) -> RelayError | None:
        """Open one connection; return the fault if it failed."""
        try:
            channel = await self._connect()
        except RelayError as fault:
            return fault
        self.fault = None
        if self._closing:
            channel.transport.abort()
            return None
        connection = Connection(channel.transport, channel.offer, self._handler)
        self._connections.add(connection)
        connection.start()
        return None
