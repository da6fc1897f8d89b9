"""SMTP dialogues on a real socket, between a connection and a scripted relay.

The relay sends exactly what its script says, in the same pieces. The handler gives
messages to the connection and keeps the outcome of each.
"""

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
class OutcomeKeeper:
    """A ConnectionHandler with messages in order, which keeps their outcomes."""

    messages: list[OutgoingMessage]
    outcomes: dict[int, list[str]] = field(default_factory=dict)  # by message number
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    connection: Connection | None = None

    def next(self) -> OutgoingMessage | None:
        """Return the next message."""
        return self.messages.pop(0) if self.messages else None

    def _keep(self, message: OutgoingMessage, outcome: str) -> None:
        self.outcomes.setdefault(message.message_number, []).append(outcome)

    def answered(self, message: OutgoingMessage, stage: Stage, reply: Reply) -> None:
        """Keep the stage and code of a final reply."""
        self._keep(message, f"{stage}: {reply.code}")

    def not_sent(
        self, message: OutgoingMessage, fault: str | None, *, named: bool
    ) -> None:
        """Keep that no dot was written."""
        no_attempt = fault is None or not named
        self._keep(message, "not sent" if no_attempt else "an attempt")

    def unfit(self, message: OutgoingMessage, reason: str) -> None:
        """Keep why the message was not offered."""
        self._keep(message, reason)

    def unknown(self, message: OutgoingMessage, fault: str) -> None:
        """Keep that the dot was not answered."""
        self._keep(message, "unknown")

    def idle(self) -> None:
        """Note the end of the connection; quit when there are no more messages."""
        if self.connection is None or not self.connection.usable:
            self.ended.set()
        elif not self.messages and not self.connection.busy:
            self.connection.quit()


def outgoing_message(number: int, *, marked_at: float | None = None) -> OutgoingMessage:
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


async def played(
    handler: OutcomeKeeper, offer: Offer, peer: Peer
) -> dict[int, list[str]]:
    """Run a connection between a handler and a peer to its end; return the outcomes."""
    async with asyncio.timeout(20), served(peer) as port:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", port)
        handler.connection = Connection(transport, offer, handler)
        handler.connection.start()
        await handler.ended.wait()
    return handler.outcomes


def script(*steps: tuple[str, str]) -> Peer:
    """Return a peer that waits for the first text of a step, then sends the second."""

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for awaited, answer in steps:
            await reader.readuntil(awaited.encode())
            for chunk in answer.split("|"):  # each in a packet of its own
                writer.write(chunk.encode())
                await writer.drain()
                await asyncio.sleep(0.01)

    return peer


def keeper(count: int) -> OutcomeKeeper:
    messages = [outgoing_message(number) for number in range(1, count + 1)]
    return OutcomeKeeper(messages=messages)
