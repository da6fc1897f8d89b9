"""A silent relay is reported, with the setting to change if that is known."""

import asyncio
import socket
from pathlib import Path

import pytest
import trustme

from mailer.delivery.smtp import dial
from mailer.delivery.smtp.connect import RelayError, connect
from mailer.settings.relays import RelaySettings
from tools.peers.relay import Relay, certified

HOST = "127.0.0.1"
WITHIN = 10.0  # seconds; a connection that hangs fails


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("security", ["plain", "starttls"])
async def test_a_port_that_waits_for_tls_is_found_and_the_setting_named(
    authority: trustme.CA, tmp_path: Path, security: str
) -> None:
    """Both sides wait for the other to begin; waiting alone would take five minutes."""
    said: list[str] = []
    tls = certified(authority, HOST)
    async with Relay(tls=tls, security="tls") as relay, asyncio.timeout(WITHIN):
        with pytest.raises(RelayError, match='waits for TLS; set security = "tls"'):
            await connect(
                RelaySettings.model_validate(
                    {"host": HOST, "port": relay.port, "security": security}
                ),
                root=tmp_path,
                hello="letters.example",
                silence=0.2,
                silent=said.append,
            )
    assert len(said) == 1
    assert "has not answered with its greeting for 0.2 s" in said[0]


@pytest.mark.parametrize(
    ("step", "named"), [("CONNECT", "with its greeting"), ("EHLO", "EHLO")]
)
async def test_a_silent_relay_is_reported_while_the_wait_goes_on(
    relay: Relay, tmp_path: Path, step: str, named: str
) -> None:
    said: list[str] = []
    gone = asyncio.Event()

    async def wait(at: str) -> None:
        if at == step:
            await gone.wait()

    def silent(sentence: str) -> None:
        said.append(sentence)
        gone.set()

    relay.before = wait
    async with asyncio.timeout(WITHIN):
        channel = await connect(
            RelaySettings(host=HOST, port=relay.port),
            root=tmp_path,
            hello="letters.example",
            silence=0.2,
            silent=silent,
        )
    channel.transport.abort()

    assert len(said) == 1
    assert f"has not answered {named} for 0.2 s" in said[0]


def full(address: str, port: int) -> list[socket.socket]:
    """Return sockets that keep an address from answering: its queue is full."""
    listening = socket.socket()
    listening.bind((address, port))
    listening.listen(0)
    kept = [listening]
    for _ in range(3):
        client = socket.socket()
        client.settimeout(0)
        client.connect_ex((address, port))
        kept.append(client)
    return kept


async def test_a_dead_address_before_a_live_one_costs_no_minute(relay: Relay) -> None:
    dead = full("127.0.0.2", relay.port)
    addresses = [("127.0.0.2", relay.port), (HOST, relay.port)]
    async with asyncio.timeout(WITHIN):
        made = await dial.first_of([(socket.AF_INET, each) for each in addresses])

    assert made.getpeername() == (HOST, relay.port)
    for each in (made, *dead):
        each.close()
