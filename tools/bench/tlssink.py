"""A sink that speaks STARTTLS and discards: smtp-sink does not.

`python -m tools.bench.tlssink CERTIFICATE` prints its port. A thread a connection;
what arrives together is answered together.
"""

import socket
import ssl
import sys
import threading
from contextlib import suppress

OFFERS = b"250-sink.example\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
READ = 1 << 17  # octets


class Dialogue:
    """One connection."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        self._connection, self._context = connection, context
        self._arrived = b""
        self._replies = b"220 sink.example ESMTP\r\n"

    def hold(self) -> None:
        """Answer until the sender leaves."""
        with suppress(OSError), self._connection:
            while (line := self._until(b"\r\n")) is not None:
                self._answer(line[:4].upper())

    def _until(self, end: bytes) -> bytes | None:
        """Return what comes up to an end; say what is to be said before waiting."""
        while (place := self._arrived.find(end)) < 0:
            self._flush()
            more = self._connection.recv(READ)
            if not more:
                return None
            self._arrived += more
        found = self._arrived[:place]
        self._arrived = self._arrived[place + len(end) :]
        return found

    def _flush(self) -> None:
        said, self._replies = self._replies, b""
        if said:
            self._connection.sendall(said)

    def _answer(self, verb: bytes) -> None:
        if verb == b"EHLO":
            self._replies += OFFERS
        elif verb == b"STAR":
            self._replies += b"220 2.0.0 go ahead\r\n"
            self._flush()
            self._connection = self._context.wrap_socket(
                self._connection, server_side=True
            )
        elif verb == b"DATA":
            self._replies += b"354 go ahead\r\n"
            self._until(b"\r\n.\r\n")
            self._replies += b"250 2.0.0 taken\r\n"
        else:
            self._replies += b"250 2.0.0 ok\r\n"


def main() -> None:
    """Listen on a free port of the loopback until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    server = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{server.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        connection, _ = server.accept()
        hold = Dialogue(connection, context).hold
        threading.Thread(target=hold, daemon=True).start()


if __name__ == "__main__":
    main()
