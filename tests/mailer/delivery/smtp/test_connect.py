"""TLS is never given up, and no secret is sent before it, whatever the relay does."""

import asyncio
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop

from mailer.delivery.smtp.connect import Channel, LoginRefusedError, RelayError, connect
from mailer.settings.relays import RelaySettings
from tools.peers.tlsrelay import LOGIN, PASSWORD, USER, TlsRelay, context

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
HOST = "127.0.0.1"
WITHIN = 10.0  # seconds; a connection that hangs fails
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def relays() -> Iterator[list[TlsRelay]]:
    started: list[TlsRelay] = []
    yield started
    for each in started:
        each.stop()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path


class Attempt:
    """Connects to one relay, with success or a refusal."""

    def __init__(self, relay: TlsRelay, root: Path, loop: str) -> None:
        self._relay, self._root, self._loop = relay, root, loop

    def run(self, **settings: Any) -> Channel:
        """Connect, close the connection, and return its channel."""
        usual: dict[str, Any] = {
            "host": HOST,
            "port": self._relay.port,
            "security": self._relay.mode,
            "user": USER,
            "password": PASSWORD,
            "ca_file": "ca.pem",
        }
        relay = RelaySettings.model_validate(usual | settings)

        async def once() -> Channel:
            made = await connect(
                relay, root=self._root, hello="letters.example", step_timeout=WITHIN
            )
            made.transport.abort()
            await asyncio.sleep(0)
            return made

        with asyncio.Runner(loop_factory=LOOPS[self._loop]) as runner:
            return runner.run(once())

    def refusal(self, **settings: Any) -> str:
        """Fail to connect; return the message of the error."""
        with pytest.raises(RelayError) as refused:
            self.run(**settings)
        return str(refused.value)


@pytest.fixture
def attempt(relays: list[TlsRelay], trusted: Path, loop: str) -> Any:
    def to(relay: TlsRelay) -> Attempt:
        relays.append(relay.start())
        return Attempt(relay, trusted, loop)

    return to


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_a_relay_with_a_valid_certificate_gets_the_login_over_tls(
    attempt: Any, authority: trustme.CA, mode: Any
) -> None:
    relay = TlsRelay(context=context(authority, HOST), mode=mode)
    offer = attempt(relay).run().offer

    assert offer.tls in {"TLSv1.2", "TLSv1.3"}
    assert (offer.pipelining, offer.eight_bit, offer.dsn) == (True, True, True)
    assert offer.size == 10_000_000
    assert b"AUTH PLAIN " + LOGIN in [line.text for line in relay.lines if line.hidden]
    assert b"AUTH" not in relay.in_the_clear()


def test_a_relay_on_loopback_may_be_plain(attempt: Any) -> None:
    offer = attempt(TlsRelay(mode="plain")).run(user="", ca_file=None).offer

    assert (offer.tls, offer.starttls, offer.pipelining) == ("", False, True)


def test_a_login_is_never_sent_to_a_plain_relay(attempt: Any) -> None:
    relay = TlsRelay(mode="plain")
    refusal = attempt(relay).refusal()

    assert refusal == "a login is never sent without TLS"
    assert relay.lines == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"strip": True}, "STARTTLS extension not supported"),
        ({"helo_only": True}, "STARTTLS extension not supported"),
        ({"refuse": b"454 4.7.0 TLS not available"}, "TLS not available"),
        ({"refuse": b"250 2.0.0 as you like"}, "as you like"),
    ],
)
def test_a_relay_without_tls_gets_no_secret_and_no_message(
    attempt: Any, authority: trustme.CA, fault: dict[str, Any], reason: str
) -> None:
    relay = TlsRelay(context=context(authority, HOST), **fault)

    assert reason in attempt(relay).refusal()
    assert set(relay.verbs()[:3]) <= {b"EHLO", b"HELO", b"STARTTLS"}
    assert not {b"AUTH", b"MAIL"} & set(relay.verbs())


def expired(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.now(UTC) - DAY
    authority.issue_cert(HOST, not_after=past).configure_cert(made)
    return made


def old(authority: trustme.CA) -> ssl.SSLContext:
    made = context(authority, HOST)
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.minimum_version = made.maximum_version = ssl.TLSVersion.TLSv1_1
    return made


@pytest.mark.parametrize("mode", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("name", "IP address mismatch"),
        ("expired", "certificate has expired"),
        ("untrusted", "unable to get local issuer certificate"),
        ("old", "TLS failed"),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_a_relay_without_a_valid_certificate_gets_no_login_and_no_message(
    attempt: Any, authority: trustme.CA, mode: Any, fault: str, reason: str
) -> None:
    tls = {
        "name": lambda: context(authority, "other.example"),
        "expired": lambda: expired(authority),
        "untrusted": lambda: context(trustme.CA(), HOST),
        "old": lambda: old(authority),
    }[fault]()
    relay = TlsRelay(context=tls, mode=mode)

    assert reason in attempt(relay).refusal()
    assert set(relay.verbs()) <= {b"EHLO", b"STARTTLS"}


def test_replies_injected_behind_starttls_are_discarded(
    attempt: Any, authority: trustme.CA
) -> None:
    forged = b"250-attacker.example\r\n250-AUTH PLAIN\r\n250 XFORGED\r\n"
    relay = TlsRelay(context=context(authority, HOST), inject=forged, login=False)
    refusal = attempt(relay).refusal()

    assert "AUTH extension is not supported" in refusal
    assert relay.verbs() == [b"EHLO", b"STARTTLS", b"EHLO"]
    assert b"AUTH" not in relay.in_the_clear()


def test_a_wrong_password_is_a_refused_login(attempt: Any, authority: Any) -> None:
    relay = TlsRelay(context=context(authority, HOST))
    with pytest.raises(LoginRefusedError, match=r"refused our login: 535 5\.7\.8 who"):
        attempt(relay).run(password="wrong horse")

    assert b"MAIL" not in relay.verbs()


def test_a_relay_that_knows_only_helo_gets_helo(attempt: Any) -> None:
    relay = TlsRelay(mode="plain", helo_only=True)
    offer = attempt(relay).run(user="", ca_file=None).offer

    assert relay.verbs() == [b"EHLO", b"HELO"]
    assert not offer.pipelining


def test_a_ca_file_without_certificates_is_named(
    attempt: Any, authority: trustme.CA, trusted: Path
) -> None:
    (trusted / "empty.pem").write_text("nothing")
    refusal = attempt(TlsRelay(context=context(authority, HOST))).refusal(
        ca_file=Path("empty.pem")
    )

    assert refusal.startswith("ca_file: ")
    assert "empty.pem cannot be used" in refusal


async def test_a_silent_relay_is_not_waited_for_for_ever(
    relays: list[TlsRelay], tmp_path: Path
) -> None:
    relays.append(TlsRelay(mode="plain", silent=True).start())
    settings = RelaySettings(host=HOST, port=relays[0].port)
    with pytest.raises(RelayError, match="Timed out waiting for server ready"):
        await connect(
            settings, root=tmp_path, hello="letters.example", step_timeout=0.05
        )


async def test_a_closed_port_is_an_error_with_host_and_port(tmp_path: Path) -> None:
    relay = TlsRelay(mode="plain").start()
    relay.stop()
    with pytest.raises(RelayError, match=rf"127\.0\.0\.1:{relay.port} cannot be used"):
        await connect(
            RelaySettings(host=HOST, port=relay.port),
            root=tmp_path,
            hello="letters.example",
        )
