"""A relay on a bare socket, octet by octet, and the desk of the connection to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from mailer.clock import uptime
from mailer.delivery.smtp.connect import Offer
from mailer.delivery.smtp.connection import Connection
from mailer.delivery.smtp.outgoing import OutgoingMessage, Stage
from mailer.delivery.smtp.replies import Reply

PIPELINING, PLAIN = Offer(pipelining=True), Offer()
OK, GO, TAKEN = "250 ok\r\n", "354 go\r\n", "250 taken\r\n"
OPENED = OK + OK + GO
Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(kw_only=True)
class Desk:
    """Hands out parcels in order, and keeps what it is told of each."""

    parcels: list[OutgoingMessage]
    told: dict[int, list[str]] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    connection: Connection | None = None

    def next(self) -> OutgoingMessage | None:
        """Return the next parcel."""
        return self.parcels.pop(0) if self.parcels else None

    def _tell(self, parcel: OutgoingMessage, what: str) -> None:
        self.told.setdefault(parcel.message_number, []).append(what)

    def answered(self, parcel: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Keep the reply."""
        self._tell(parcel, f"{stage}: {reply.code}")

    def not_sent(self, parcel: OutgoingMessage, why: str | None) -> None:
        """Keep that no dot was written."""
        self._tell(parcel, "not sent" if why is None else "an attempt")

    def unfit(self, parcel: OutgoingMessage, why: str) -> None:
        """Keep that it was not offered."""
        self._tell(parcel, why)

    def unknown(self, parcel: OutgoingMessage, why: str) -> None:
        """Keep that the dot was not answered."""
        self._tell(parcel, "unknown")

    def idle(self) -> None:
        """Note the end, or leave when there is nothing more."""
        if self.connection is None or not self.connection.usable:
            self.ended.set()
        elif not self.parcels and not self.connection.busy:
            self.connection.leave()


def parcel(number: int, *, marked_at: float | None = None) -> OutgoingMessage:
    return OutgoingMessage(
        message_number=number,
        campaign_id=1,
        attempts=0,
        return_path="b@liaison.example",
        address=f"r{number}@reader.example",
        message_id=f"id{number}",
        octets=f"Message-ID: <id{number}@liaison.example>\r\n\r\nHello\r\n".encode(),
        marked_at=uptime() if marked_at is None else marked_at,
    )


@asynccontextmanager
async def served(peer: Peer) -> AsyncIterator[int]:
    """Serve one connection; wait until the peer has ended too."""
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await peer(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await over.wait()


async def ended(desk: Desk, offer: Offer, peer: Peer) -> dict[int, list[str]]:
    """Let a connection carry the desk's parcels to a peer until it has ended."""
    async with asyncio.timeout(20), served(peer) as port:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", port)
        desk.connection = Connection(transport, offer, desk)
        desk.connection.kick()
        await desk.ended.wait()
    return desk.told


def saying(*pieces: tuple[str, str]) -> Peer:
    """Wait for each text, then say what follows; at the end close."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for awaited, said in pieces:
            await reader.readuntil(awaited.encode())
            for chunk in said.split("|"):  # each in a packet of its own
                writer.write(chunk.encode())
                await writer.drain()
                await asyncio.sleep(0.01)

    return peer


def desk(count: int) -> Desk:
    return Desk(parcels=[parcel(number) for number in range(1, count + 1)])
