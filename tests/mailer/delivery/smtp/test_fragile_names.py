"""Names of aiosmtplib and the event loops that we use without a promise of theirs."""

import asyncio
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
import trustme
import uvloop

from mailer.delivery.smtp.connect import tls_context
from tools.peers.relay import LOGIN, Relay, certified

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
HOST = "127.0.0.1"
WITHIN = 10.0  # seconds; a connection that hangs fails


class Listener(asyncio.Protocol):
    """Takes a transport over; keeps what arrives, and notes the end."""

    def __init__(self) -> None:
        self.received, self.ended = asyncio.Event(), asyncio.Event()
        self.octets = b""

    def data_received(self, data: bytes) -> None:
        """Keep what arrives."""
        self.octets += data
        self.received.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end."""
        self.ended.set()


@pytest.fixture(params=["plain", "starttls", "tls"])
def relay(request: pytest.FixtureRequest, tmp_path: Path) -> Relay:
    """A relay that is not started yet: each loop starts its own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = certified(authority, HOST)
    return Relay(tls=tls, security=request.param, login=LOGIN)


async def greeted(relay: Relay, ca_file: Path) -> aiosmtplib.SMTP:
    """Connect step by step, as we do."""
    client = aiosmtplib.SMTP(
        hostname=HOST,
        port=relay.port,
        use_tls=relay.security == "tls",
        start_tls=False,
        tls_context=tls_context(ca_file) if relay.security != "plain" else None,
    )
    await client.connect()
    if relay.security == "starttls":
        await client.starttls()
    await client.ehlo()
    return client


@pytest.mark.parametrize("loop", LOOPS)
def test_a_transport_can_be_taken_over(relay: Relay, loop: str, tmp_path: Path) -> None:
    async def take_over() -> None:
        async with relay:
            client = await greeted(relay, tmp_path / "ca.pem")
            transport: Any = client.transport
            session = client.get_transport_info("ssl_object")
            listener = Listener()
            transport.set_protocol(listener)
            transport.write(b"MAIL FROM:<a@b.example>\r\n")
            await listener.received.wait()
            transport.abort()
            await listener.ended.wait()

        assert listener.octets.startswith(b"250 ")
        assert (session is None) == (relay.security == "plain")
        assert session is None or session.version().startswith("TLSv1.")
        assert client.esmtp_extensions["size"] == "10000000"
        assert client.server_auth_methods == (["plain"] if session else [])

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        runner.run(asyncio.wait_for(take_over(), WITHIN))
