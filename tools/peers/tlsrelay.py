"""A relay that speaks TLS, well or badly, in threads of its own.

It notes every line it was sent and whether TLS hid it, so that a test can say which
secrets crossed the wire in the clear.
"""

import base64
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import trustme

USER, PASSWORD = "liaison", "correct horse battery staple"
LOGIN = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode())


@dataclass(frozen=True, slots=True)
class Line:
    """A line the relay was sent."""

    text: bytes
    hidden: bool


@dataclass(kw_only=True)
class TlsRelay:
    """Start it, talk to it, and read what it noted."""

    context: ssl.SSLContext | None = None
    mode: Literal["plain", "starttls", "tls"] = "starttls"
    offers: tuple[bytes, ...] = (b"PIPELINING", b"8BITMIME", b"SIZE 10000000", b"DSN")
    strip: bool = False  # a stranger on the way takes STARTTLS out of the offers
    refuse: bytes = b""  # the answer to STARTTLS instead of the go-ahead
    inject: bytes = b""  # what a stranger puts behind the go-ahead
    helo_only: bool = False
    silent: bool = False
    login: bool = True
    lines: list[Line] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)

    def start(self) -> "TlsRelay":
        """Listen on a free port of the loopback."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop listening and close every connection."""
        for each in (self._server, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def verbs(self) -> list[bytes]:
        """Return the first word of every line, in order."""
        return [line.text.split(b" ")[0] for line in self.lines]

    def in_the_clear(self) -> bytes:
        """Return everything that was sent without TLS."""
        return b"\n".join(line.text for line in self.lines if not line.hidden)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self._open.append(connection)
                threading.Thread(
                    target=self._hold, args=(connection,), daemon=True
                ).start()

    def _hold(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            if self.mode == "tls" and self.context:
                connection = self._hide(connection)
            if not self.silent:
                _Dialogue(self, connection).hold()
        if not self.silent:
            connection.close()

    def _hide(self, connection: socket.socket) -> socket.socket:
        assert self.context is not None
        hidden = self.context.wrap_socket(connection, server_side=True)
        self._open.append(hidden)
        return hidden


class _Dialogue:
    def __init__(self, relay: TlsRelay, connection: socket.socket) -> None:
        self._relay, self._connection = relay, connection
        self._hidden = relay.mode == "tls"
        self._pending = b""

    def hold(self) -> None:
        self._say(b"220 relay.example ESMTP")
        while (line := self._line()) is not None:
            self._relay.lines.append(Line(line, self._hidden))
            verb = line.split(b" ")[0].upper()
            if verb == b"STARTTLS" and self._relay.mode == "starttls":
                if not self._start_tls():
                    continue
            elif verb == b"DATA":
                self._data()
            else:
                self._say(self._answer(verb, line))
            if verb == b"QUIT":
                return

    def _answer(self, verb: bytes, line: bytes) -> bytes:
        match verb:
            case b"EHLO":
                return self._offers()
            case b"AUTH":
                right = line.split(b" ")[-1] == LOGIN
                return b"235 2.7.0 welcome" if right else b"535 5.7.8 who are you"
            case b"QUIT":
                return b"221 2.0.0 bye"
            case b"HELO" | b"MAIL" | b"RCPT" | b"RSET":
                return b"250 2.0.0 ok"
        return b"500 5.5.1 what"

    def _offers(self) -> bytes:
        relay = self._relay
        if relay.helo_only:
            return b"500 what"
        offers = list(relay.offers)
        if relay.mode == "starttls" and not self._hidden and not relay.strip:
            offers.append(b"STARTTLS")
        if self._hidden and relay.login:
            offers.append(b"AUTH PLAIN")
        return b"\r\n".join(
            [b"250-relay.example", *(b"250-" + each for each in offers), b"250 HELP"]
        )

    def _start_tls(self) -> bool:
        if self._relay.refuse:
            self._say(self._relay.refuse)
            return False
        self._connection.sendall(b"220 ready\r\n" + self._relay.inject)
        self._connection = self._relay._hide(self._connection)
        self._hidden = True
        return True

    def _data(self) -> None:
        self._say(b"354 go ahead")
        lines = []
        while (line := self._line()) not in {b".", None}:
            lines.append(line or b"")
        self._relay.taken.append(b"\r\n".join(lines))
        self._say(b"250 2.0.0 taken")

    def _line(self) -> bytes | None:
        while b"\r\n" not in self._pending:
            received = self._connection.recv(65536)
            if not received:
                return None
            self._pending += received
        line, _, self._pending = self._pending.partition(b"\r\n")
        return line

    def _say(self, answer: bytes) -> None:
        self._connection.sendall(answer + b"\r\n")


def context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Return how a relay with a good certificate of these names speaks TLS."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(made)
    return made
