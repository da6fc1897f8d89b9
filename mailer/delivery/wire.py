"""One SMTP connection after its greeting: octets out, replies in, in order.

Replies are handed to whoever asked, first come first served. A reply nobody asked for,
one that is malformed or endless, and silence beyond its time all end the connection:
it is then out of step and never used again.
"""

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from typing import cast

MAX_LINE = 2_048  # octets; RFC 5321 section 4.5.3.1.5 says 512
MAX_REPLY = 16_384
_REPLY = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)
_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?=\s|$)")


class WireError(Exception):
    """The connection cannot be used any more."""


class ConnectionLostError(WireError):
    """The relay went away."""


class MalformedError(WireError):
    """The relay said something that is not an SMTP reply."""


class SilenceError(WireError):
    """The relay did not answer in its time."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the relay answered, RFC 5321 section 4.2."""

    code: int
    text: str

    @property
    def enhanced(self) -> str | None:
        """Return the enhanced status code, RFC 3463, if the reply has one."""
        match = _ENHANCED.match(self.text)
        return match[1] if match else None

    @property
    def positive(self) -> bool:
        """Whether the relay agreed."""
        return self.code < 400  # noqa: PLR2004 (RFC 5321 section 4.2.1)

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


class Wire(asyncio.Protocol):
    """Takes over the transport of a connection that has greeted."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiting: deque[asyncio.Future[Reply]] = deque()
        self._buffer = bytearray()
        self._lines: list[str] = []
        self._code = 0
        self._lost: WireError | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        transport.set_protocol(self)

    @property
    def usable(self) -> bool:
        """Whether the connection is in step and open."""
        return self._lost is None and not self._transport.is_closing()

    def write(self, octets: bytes) -> None:
        """Send octets as they are."""
        if self._lost is not None:
            raise self._lost
        self._transport.write(octets)

    async def drain(self, *, within: float) -> None:
        """Wait until the relay has taken most of what was written."""
        if not self._writable.is_set():
            await self._in_time(self._writable.wait(), within)

    def expect(self) -> asyncio.Future[Reply]:
        """Return the future of the next reply nobody waits for yet."""
        if self._lost is not None:
            raise self._lost
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    async def answer(self, future: asyncio.Future[Reply], *, within: float) -> Reply:
        """Wait for a reply; silence ends the connection."""
        return cast(Reply, await self._in_time(future, within))

    async def ask(self, octets: bytes, *, within: float) -> Reply:
        """Send a command and wait for its reply."""
        future = self.expect()
        self.write(octets)
        return await self.answer(future, within=within)

    async def _in_time(self, waiting: object, within: float) -> object:
        try:
            async with asyncio.timeout(within):
                return await waiting  # type: ignore[misc]  # a future or a coroutine
        except TimeoutError:
            fault = SilenceError(f"no answer within {within:g} s")
            self.abort(fault)
            raise fault from None
        except asyncio.CancelledError:
            self.abort(ConnectionLostError("given up by the worker"))
            raise

    def abort(self, fault: WireError) -> None:
        """End the connection at once; everyone who waits learns why."""
        if self._lost is None:
            self._lost = fault
        self._transport.abort()
        self._tell_all()

    def _tell_all(self) -> None:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(self._lost or ConnectionLostError("closed"))
                future.exception()  # nobody may be waiting any more

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the relay, or the network, ended the connection."""
        if self._lost is None:
            reason = str(exc) if exc else "the relay closed the connection"
            self._lost = ConnectionLostError(reason)
        self._writable.set()
        self._tell_all()

    def pause_writing(self) -> None:
        """Note that the relay takes octets slower than they are written."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Note that the relay has caught up."""
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        """Cut what arrived into replies."""
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            line = bytes(self._buffer[:end]).rstrip(b"\r")
            del self._buffer[: end + 1]
            if not self._line(line):
                return
        if len(self._buffer) > MAX_LINE:
            self.abort(MalformedError("a reply line that does not end"))

    def _line(self, line: bytes) -> bool:
        match = _REPLY.fullmatch(line)
        if match is None or len(line) > MAX_LINE:
            self.abort(MalformedError(f"not an SMTP reply: {line[:80]!r}"))
            return False
        code = int(match[1])
        if self._lines and code != self._code:
            self.abort(
                MalformedError(f"one reply with two codes, {self._code}, {code}")
            )
            return False
        self._code = code
        self._lines.append((match[3] or b"").decode("utf-8", "replace"))
        if sum(map(len, self._lines)) > MAX_REPLY:
            self.abort(MalformedError("a reply that does not end"))
            return False
        if match[2] == b"-":
            return True
        reply = Reply(code, "\n".join(self._lines))
        self._lines = []
        return self._hand_over(reply)

    def _hand_over(self, reply: Reply) -> bool:
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_result(reply)
                return True
        if reply.code == 421:  # noqa: PLR2004 (RFC 5321 section 3.8: going away)
            self.abort(ConnectionLostError(f"the relay is closing: {reply}"))
        else:
            self.abort(MalformedError(f"a reply nobody asked for: {reply}"))
        return False
