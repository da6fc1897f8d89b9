"""A scripted SMTP server: answers as told, and remembers exactly what it was sent.

It keeps its own account of accepted messages, so that a test can hold the sender's
ledger against what was truly received.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Self

DROP = "drop"  # close the connection instead of answering
SILENT = "silent"  # never answer

Script = Callable[[str, str], str | None]  # (verb, line) → an answer, or None


async def nothing(_verb: str) -> None:
    """Answer at once."""


@dataclass(kw_only=True)
class Received:
    """One message the relay accepted, or took without answering."""

    sender: str
    recipient: str
    octets: bytes
    answered: bool = True


@dataclass(kw_only=True)
class Relay:
    """Start, script, and look at what came."""

    script: Script = lambda _verb, _line: None
    before: Callable[[str], Awaitable[None]] = nothing  # awaited before an answer
    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 10000000")
    accepted: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    delay: float = 0.0  # seconds before each answer to a final dot
    port: int = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port, or on the one it had before."""
        self._writers: set[asyncio.StreamWriter] = set()
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=1 << 24
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()

    def recipients(self) -> list[str]:
        """Return whom the accepted messages went to."""
        return [message.recipient for message in self.accepted]

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            await _Dialogue(self, reader, writer).hold()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


@dataclass(kw_only=True)
class _Envelope:
    sender: str = ""
    recipient: str = ""
    agreed: set[str] = field(default_factory=set)  # commands answered with 250


class _Dialogue:
    def __init__(
        self, relay: Relay, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._relay, self._reader, self._writer = relay, reader, writer
        self._envelope = _Envelope()

    async def hold(self) -> None:
        if not await self._answer("CONNECT", "", "220 relay.example ESMTP"):
            return
        while line := await self._reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            self._relay.commands.append(text)
            verb = text.split(" ", 1)[0].split(":")[0].upper()
            if not await self._command(verb, text):
                return

    async def _command(self, verb: str, line: str) -> bool:
        match verb:
            case "EHLO":
                offers = "".join(f"250-{each}\r\n" for each in self._relay.extensions)
                return await self._answer(
                    verb,
                    line,
                    f"250-relay.example\r\n{offers}250 ENHANCEDSTATUSCODES",
                )
            case "MAIL":
                sender = line[10:].partition(">")[0].lstrip("<")
                self._envelope = _Envelope(sender=sender)
            case "RCPT":
                self._envelope.recipient = line[8:].partition(">")[0].lstrip("<")
            case "DATA":
                return await self._data(line)
            case "QUIT":
                await self._answer(verb, line, "221 2.0.0 bye")
                return False
        return await self._answer(verb, line, "250 2.0.0 ok")

    async def _data(self, line: str) -> bool:
        if not {"MAIL", "RCPT"} <= self._envelope.agreed:  # RFC 2920 section 3.2
            return await self._say("503 5.5.1 nobody to take it to")
        scripted = self._relay.script("DATA", line)
        if scripted is not None and not scripted.startswith("354"):
            return await self._say(scripted)
        await self._say(scripted or "354 go ahead")
        octets = await self._reader.readuntil(b"\r\n.\r\n")
        received = Received(
            sender=self._envelope.sender,
            recipient=self._envelope.recipient,
            octets=octets[:-3].replace(b"\r\n..", b"\r\n."),
        )
        await self._relay.before(".")
        answer = self._relay.script(".", self._envelope.recipient) or "250 2.0.0 taken"
        if answer in {DROP, SILENT} or answer.startswith("2"):
            received.answered = answer not in {DROP, SILENT}
            self._relay.accepted.append(received)
        await asyncio.sleep(self._relay.delay)
        return await self._say(answer)

    async def _answer(self, verb: str, line: str, usual: str) -> bool:
        await self._relay.before(verb)
        answer = self._relay.script(verb, line) or usual
        if answer.startswith("2"):
            self._envelope.agreed.add(verb)
        return await self._say(answer)

    async def _say(self, answer: str) -> bool:
        if answer == DROP:
            return False
        if answer == SILENT:
            await asyncio.sleep(3600)
        self._writer.write(answer.encode() + b"\r\n")
        await self._writer.drain()
        return not answer.startswith("421")
