"""One accepted connection, plain or under TLS: what came, what is to leave, its end."""

import asyncio
import socket
import ssl
import struct
from contextlib import suppress
from typing import cast


class Wire(asyncio.Protocol):
    """Keeps what arrives until it is read, and what is written until it is flushed.

    TLS is done here and not by the loop, which ends a handshake without the alert that
    tells the other side why.
    """

    def __init__(self) -> None:
        self.gone = asyncio.Event()  # the other side has left
        self.closed = False  # by this side
        self.unread = bytearray()
        self._unsent = bytearray()
        self._arrived = asyncio.Event()
        self._encrypted, self._encrypting = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    async def hold(self) -> None:
        """Hold the dialogue; a subclass says which."""

    def before_sending(self) -> None:
        """Write down what must be safe before anything more leaves."""

    @property
    def hidden(self) -> bool:
        """Whether TLS hides what is sent."""
        return self._tls is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the dialogue."""
        self._transport = cast(asyncio.Transport, transport)
        self.dialogue = asyncio.get_running_loop().create_task(self._hold())

    def data_received(self, data: bytes) -> None:
        """Keep what arrives until it is read."""
        if self._tls is None:
            self.unread += data
        else:
            self._encrypted.write(data)
            with suppress(ssl.SSLError):  # it wants more, or what came is no TLS
                while octets := self._tls.read(1 << 16):
                    self.unread += octets
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the other side has left."""
        self.gone.set()
        self._arrived.set()

    async def read_until(self, end: bytes) -> bytes | None:
        """Return what comes before an end; None once the connection is over."""
        searched = 0
        while not self.closed:
            place = self.unread.find(end, searched)
            if place >= 0:
                found = bytes(self.unread[:place])
                del self.unread[: place + len(end)]
                return found
            searched = max(len(self.unread) - len(end), 0)
            self.flush()
            if not await self._more():
                break
        return None

    def write(self, octets: bytes) -> None:
        """Send octets with all others that are written before more has to be read."""
        self._unsent += octets

    def flush(self) -> None:
        """Send what was written so far."""
        self.before_sending()
        if self._unsent and self._tls is not None:
            self._tls.write(self._unsent)
            self._unsent[:] = self._encrypting.read()
        self._send(bytes(self._unsent))
        self._unsent.clear()

    async def hide(self, context: ssl.SSLContext) -> None:
        """Speak TLS from here on; where the other side cannot, the connection ends."""
        self.flush()
        tls = context.wrap_bio(self._encrypted, self._encrypting, server_side=True)
        while not self.closed:
            self._encrypted.write(self.unread)
            self.unread.clear()
            try:
                tls.do_handshake()
            except ssl.SSLWantReadError:
                self._send(self._encrypting.read())
                self.closed = not await self._more()
            except ssl.SSLError:
                self._send(self._encrypting.read())  # the alert that says why
                self.closed = True
            else:
                self._send(self._encrypting.read())
                self._tls = tls
                break
        self.data_received(b"")  # what came behind the handshake

    def close(self) -> None:
        """Send what was written, and end the connection."""
        self.flush()
        self.closed = True
        self._transport.close()

    def reset(self) -> None:
        """Send what was written, and end the connection with a TCP reset."""
        self.flush()
        raw = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.closed = True
        self._transport.abort()

    def abort(self) -> None:
        """Drop the connection in the middle of its dialogue."""
        self.closed = True
        self._transport.abort()
        self.dialogue.cancel()

    def _send(self, octets: bytes) -> None:
        if octets and not self.closed and not self.gone.is_set():
            self._transport.write(octets)

    async def _more(self) -> bool:
        """Wait until more has come; whether it can."""
        if self.gone.is_set():
            return False
        self._arrived.clear()
        await self._arrived.wait()
        return True

    async def _hold(self) -> None:
        try:
            await self.hold()
        finally:
            self.close()
