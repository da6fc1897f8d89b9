"""A silent relay is reported, with the setting to change if that is known."""

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import trustme

from mailer.delivery.smtp import dial, reasons
from mailer.delivery.smtp.connect import RelayError, connect
from mailer.settings.relays import RelaySettings
from tools.peers.relay import Relay, certified
from tools.waiting import eventually

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


class SilentNames:
    """Name servers that answer nothing until told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answered, self.asked = threading.Event(), 0
        self._usual = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._wait)

    def _wait(self, *asked: Any, **named: Any) -> Any:
        self.asked += 1
        self.answered.wait(60)
        return self._usual(*asked, **named)


async def test_name_servers_that_do_not_answer_are_said_and_keep_no_thread_of_others(
    relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The threads of asyncio write opt-outs to the disk; there are six on two cores."""
    names, said = SilentNames(monkeypatch), list[str]()
    settings = RelaySettings(host=HOST, port=relay.port)
    opening = [
        asyncio.create_task(
            connect(
                settings,
                root=tmp_path,
                hello="letters.example",
                silence=0.2,
                silent=said.append,
            )
        )
        for _ in range(40)
    ]
    async with asyncio.timeout(WITHIN):
        await eventually(lambda: len(said) == len(opening), "nothing is said")
        written = await asyncio.to_thread(lambda: "an opt-out")
        told = set(said)
        names.answered.set()
        channels = await asyncio.gather(*opening)
    for each in channels:
        each.transport.abort()

    assert written == "an opt-out"
    assert names.asked == 1
    (sentence,) = told
    assert sentence == (
        f"the look-up of the relay {HOST}:{relay.port} has no answer for 0.2 s; check"
        " the name servers of this machine"
    )


def test_a_process_that_ends_leaves_its_look_up_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = SilentNames(monkeypatch)
    relay = RelaySettings(host=HOST, port=25)

    async def give_up() -> None:
        with pytest.raises(RelayError, match="no connection in time"):
            await connect(relay, root=tmp_path, hello="letters.example", step_timeout=1)

    ending = threading.Thread(target=asyncio.run, args=(give_up(),))
    ending.start()
    ending.join(WITHIN)
    ended = not ending.is_alive()
    names.answered.set()
    ending.join()

    assert ended


async def test_a_name_that_does_not_exist_is_said_in_words(tmp_path: Path) -> None:
    relay = RelaySettings(host="a..b", port=25, allow_plain=True)
    said = "its name cannot be looked up: it is no name of a host"
    with pytest.raises(RelayError, match=said):
        await connect(relay, root=tmp_path, hello="letters.example")
    fault = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    assert reasons.of_connection(fault, "plain", None) == (
        "its name cannot be looked up: temporary failure in name resolution"
    )
