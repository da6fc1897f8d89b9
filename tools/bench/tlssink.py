"""A sink that speaks STARTTLS and discards: smtp-sink does not.

`python -m tools.bench.tlssink CERTIFICATE` prints its port and runs until killed.
"""

import asyncio
import ssl
import sys

import uvloop

from tools.peers.smtp_server import Server


async def serve(certificate: str) -> None:
    """Listen on a free port of the loopback until killed."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    offers = ("PIPELINING", "8BITMIME")
    async with Server(extensions=offers, security="starttls", tls=tls) as server:
        print(server.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
