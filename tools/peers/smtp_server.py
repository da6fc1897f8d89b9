"""An SMTP server on loopback: the dialogue of every relay that tests and tools play.

It reads commands, several in one packet where PIPELINING is offered (RFC 2920), takes
messages up to their final dot, and speaks TLS, from the start or after STARTTLS, and
AUTH PLAIN. A subclass says what is replied at each step, and keeps what came.
"""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import Literal, Self

from tools.peers.wire import Wire

CRLF = b"\r\n"
ALONE = frozenset(("EHLO", "HELO", "STARTTLS", "AUTH", "DATA", "NOOP", "QUIT"))
USUAL = {
    "DATA": "354 go ahead",
    "HELO": "250 relay.example",
    "MAIL": "250 2.1.0 ok",
    "NOOP": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
    "RCPT": "250 2.1.5 ok",
    "RSET": "250 2.0.0 ok",
    "STARTTLS": "220 2.0.0 go ahead",
}


class OutOfTurnError(AssertionError):
    """The sender went on where it has to wait for a reply."""


@dataclass(kw_only=True)
class Server:
    """Listens on the loopback; taken as it is, it accepts everything."""

    extensions: tuple[str, ...] = ("8BITMIME", "SIZE 10000000")
    security: Literal["plain", "starttls", "tls"] = "plain"
    tls: ssl.SSLContext | None = None
    login: str = ""  # what AUTH PLAIN must say, in base64; empty: no AUTH is offered
    port: int = 0
    sessions: list["Session"] = field(default_factory=list, repr=False)
    connections: int = 0  # so far

    async def answer(
        self, session: "Session", step: str, argument: str, usual: str
    ) -> str:
        """Reply to a step; return the reply, empty where none was given.

        A step is CONNECT, the verb of a command, or `.` for the final dot. Its argument
        is the whole command, or the recipient of the message in `session.octets`.
        """
        del step, argument
        session.say(usual)
        return usual

    def heard(self, session: "Session", line: str) -> None:
        """Note a command as it comes."""

    def cut_off(self, octets: bytes) -> None:
        """Note what came of a message whose final dot never came."""

    def before_sending(self) -> None:
        """Write down what must be safe before the next replies leave."""

    def out_of_turn(self, line: str) -> None:
        """Note that more came before the reply to a line; by default `stop` fails."""
        raise OutOfTurnError(f"more came before the reply to {line}")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on a free port, or on the one it had before."""
        self._listening = await asyncio.get_running_loop().create_server(
            lambda: Session(self), "127.0.0.1", self.port, backlog=1000
        )
        self.port = self._listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening, drop every connection; raise what a dialogue failed with."""
        self._listening.close()
        dropped, self.sessions = self.sessions, []
        for each in dropped:
            each.abort()
        dialogues = [each.dialogue for each in dropped]
        ended = await asyncio.gather(*dialogues, return_exceptions=True)
        await asyncio.sleep(0)  # lets the loop close the sockets
        for fault in ended:
            if isinstance(fault, Exception):
                raise fault


class Session(Wire):
    """One connection and its open transaction."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        server.connections += 1
        self._server, self.number = server, server.connections
        self.sender: str | None = None
        self.recipient: str | None = None  # the last one that was accepted
        self.octets = b""  # of a message as they came, without the final dot

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the dialogue."""
        super().connection_made(transport)
        self._server.sessions.append(self)

    def before_sending(self) -> None:
        """Let the server write down what it must."""
        self._server.before_sending()

    def say(self, reply: str) -> None:
        """Reply; it leaves before more has to be read."""
        self.write(reply.encode() + CRLF)

    async def pause(self, seconds: float) -> None:
        """Send the replies so far, and read nothing more for some time."""
        self.flush()
        await asyncio.sleep(seconds)

    async def hold(self) -> None:
        """Greet, and obey until one side leaves."""
        if self._server.security == "tls":
            await self._hide()
        await self._step("CONNECT", "", "220 relay.example ESMTP")
        while (octets := await self.read_until(CRLF)) is not None:
            line = octets.decode("utf-8", "replace")
            self._server.heard(self, line)
            verb = line.partition(" ")[0].partition(":")[0].upper()
            if self._in_turn(line, alone=verb in ALONE):
                await self._obey(verb, line)

    async def _obey(self, verb: str, line: str) -> None:
        usual = self._usual(verb, line)
        if usual.startswith("5"):
            self.say(usual)
            return
        said = await self._step(verb, line, usual)
        agreed = said[:2] == usual[:2]  # 250 is no go-ahead, 251 takes a recipient
        match verb:
            case "MAIL" | "RSET":
                self.sender = _path(line) if agreed and verb == "MAIL" else None
                self.recipient = None
            case "RCPT" if agreed:
                self.recipient = _path(line)
            case "DATA" if agreed:
                await self._take_message()
            case "STARTTLS" if agreed:
                await self._hide()
            case "QUIT":
                self.close()

    def _usual(self, verb: str, line: str) -> str:
        """Return the reply to a command; what begins with 5 cannot be scripted."""
        match verb:
            case "EHLO":
                offers = [f"250-{each}\r\n" for each in self._offers()]
                return f"250-relay.example\r\n{''.join(offers)}250 ENHANCEDSTATUSCODES"
            case "AUTH" if "AUTH PLAIN" in self._offers():
                right = line.endswith(f" {self._server.login}")
                return "235 2.7.0 welcome" if right else "535 5.7.8 who are you"
            case "STARTTLS" if "STARTTLS" not in self._offers():
                return "503 5.5.1 no TLS here"
            case "RCPT" if self.sender is None:
                return "503 5.5.1 MAIL first"
            case "DATA" if self.recipient is None:
                return "503 5.5.1 no valid recipient"
        return USUAL.get(verb, "502 5.5.1 not known")

    def _offers(self) -> tuple[str, ...]:
        offers = self._server.extensions
        if self._server.security == "starttls" and not self.hidden:
            offers += ("STARTTLS",)
        if self._server.login and self.hidden:
            offers += ("AUTH PLAIN",)
        return offers

    async def _step(self, step: str, argument: str, usual: str) -> str:
        said = await self._server.answer(self, step, argument, usual)
        if said.startswith("421"):
            self.close()
        return said

    def _in_turn(self, line: str, *, alone: bool) -> bool:
        """Whether nothing has come that must wait for the reply; else end it."""
        pipelining = "PIPELINING" in self._server.extensions
        if not self.unread or (pipelining and not alone):
            return True
        self.say("554 5.5.0 improper use of command pipelining")
        self.close()
        self._server.out_of_turn(line)
        return False

    async def _take_message(self) -> None:
        self.unread[:0] = CRLF  # so that the first line may be the final dot
        octets = await self.read_until(b"\r\n.\r\n")
        if octets is None:
            self._server.cut_off(bytes(self.unread[2:]))
        elif self._in_turn("the message", alone=False):
            self.octets = (octets + CRLF)[2:]
            await self._step(".", self.recipient or "", "250 2.0.0 taken")
            self.sender = self.recipient = None

    async def _hide(self) -> None:
        assert self._server.tls is not None, "a server that speaks TLS needs a context"
        await self.hide(self._server.tls)


def undoubled(octets: bytes) -> bytes:
    """Return a message with its dots as they were, RFC 5321 section 4.5.2."""
    return (CRLF + octets).replace(b"\r\n.", CRLF)[2:]


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]
