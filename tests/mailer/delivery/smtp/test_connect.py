"""TLS is never given up, and no secret is sent before it, whatever the relay does."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
import uvloop

from mailer.delivery.smtp.connect import Channel, LoginRefusedError, RelayError, connect
from mailer.settings.relays import RelaySettings
from tools.peers.relay import LOGIN, PASSWORD, SILENT, USER, Relay, certified

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
def trusted(authority: trustme.CA, tmp_path: Path) -> Path:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path


class Attempt:
    """Connects to one relay, with success or a refusal."""

    def __init__(self, relay: Relay, root: Path, loop: str) -> None:
        self._relay, self._root, self._loop = relay, root, loop

    def run(self, **settings: Any) -> Channel:
        """Connect, look at what was made, and close it."""

        async def once() -> Channel:
            async with self._relay as relay:
                usual: dict[str, Any] = {
                    "host": HOST,
                    "port": relay.port,
                    "security": relay.security,
                    "user": USER,
                    "password": PASSWORD,
                    "ca_file": "ca.pem",
                }
                made = await connect(
                    RelaySettings.model_validate(usual | settings),
                    root=self._root,
                    hello="letters.example",
                    step_timeout=WITHIN,
                )
                made.transport.abort()
                return made

        with asyncio.Runner(loop_factory=LOOPS[self._loop]) as runner:
            return runner.run(once())

    def refusal(self, **settings: Any) -> str:
        """Fail to connect; return the message of the error."""
        with pytest.raises(RelayError) as refused:
            self.run(**settings)
        return str(refused.value)


@pytest.fixture
def attempt(trusted: Path, loop: str) -> Any:
    def to(relay: Relay) -> Attempt:
        return Attempt(relay, trusted, loop)

    return to


def hidden(tls: ssl.SSLContext, mode: Any = "starttls", **faults: str) -> Relay:
    """Return a relay that speaks TLS and takes a login; faults are replies by step."""
    return Relay(
        tls=tls,
        security=mode,
        login=LOGIN,
        extensions=("PIPELINING", "8BITMIME", "SIZE 10000000", "DSN"),
        script=lambda step, _line: faults.get(step),
    )


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_a_relay_with_a_valid_certificate_gets_the_login_over_tls(
    attempt: Any, authority: trustme.CA, mode: Any
) -> None:
    relay = hidden(certified(authority, HOST), mode)
    offer = attempt(relay).run().offer

    assert offer.tls in {"TLSv1.2", "TLSv1.3"}
    assert (offer.pipelining, offer.eight_bit, offer.dsn) == (True, True, True)
    assert offer.size == 10_000_000
    assert f"AUTH PLAIN {LOGIN}" in relay.commands
    assert "AUTH" not in "".join(relay.in_the_clear)


def test_a_relay_on_loopback_may_be_plain(attempt: Any) -> None:
    offer = attempt(Relay(extensions=("PIPELINING",))).run(user="", ca_file=None).offer

    assert (offer.tls, offer.starttls, offer.pipelining) == ("", False, True)


def test_a_login_is_never_sent_to_a_plain_relay(attempt: Any) -> None:
    relay = Relay()
    refusal = attempt(relay).refusal()

    assert refusal == "a login is never sent without TLS"
    assert relay.commands == []


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"EHLO": "250 relay.example"}, "STARTTLS extension not supported"),
        ({"EHLO": "500 what"}, "STARTTLS extension not supported"),
        ({"STARTTLS": "454 4.7.0 TLS not available"}, "TLS not available"),
        ({"STARTTLS": "250 2.0.0 as you like"}, "as you like"),
    ],
)
def test_a_relay_without_tls_gets_no_secret_and_no_message(
    attempt: Any, authority: trustme.CA, fault: dict[str, str], reason: str
) -> None:
    relay = hidden(certified(authority, HOST), **fault)
    refusal = attempt(relay).refusal()

    assert reason in refusal
    assert set(relay.verbs()[:3]) <= {"EHLO", "HELO", "STARTTLS"}
    assert not {"AUTH", "MAIL"} & set(relay.verbs())


def expired(authority: trustme.CA) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.now(UTC) - DAY
    authority.issue_cert(HOST, not_after=past).configure_cert(made)
    return made


def old(authority: trustme.CA) -> ssl.SSLContext:
    made = certified(authority, HOST)
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
    spoken = {
        "name": lambda: certified(authority, "other.example"),
        "expired": lambda: expired(authority),
        "untrusted": lambda: certified(trustme.CA(), HOST),
        "old": lambda: old(authority),
    }[fault]()
    relay = hidden(spoken, mode)
    refusal = attempt(relay).refusal()

    assert reason in refusal
    assert set(relay.verbs()) <= {"EHLO", "STARTTLS"}


def test_replies_injected_behind_starttls_are_discarded(
    attempt: Any, authority: trustme.CA
) -> None:
    forged = "220 ready\r\n250-attacker.example\r\n250-AUTH PLAIN\r\n250 XFORGED"
    relay = hidden(certified(authority, HOST), STARTTLS=forged)
    relay.login = ""
    refusal = attempt(relay).refusal()

    assert "AUTH extension is not supported" in refusal
    assert relay.verbs() == ["EHLO", "STARTTLS", "EHLO"]
    assert "AUTH" not in "".join(relay.in_the_clear)


def test_a_wrong_password_is_a_refused_login(attempt: Any, authority: Any) -> None:
    relay = hidden(certified(authority, HOST))
    with pytest.raises(LoginRefusedError, match=r"refused our login: 535 5\.7\.8 who"):
        attempt(relay).run(password="wrong horse")

    assert "MAIL" not in relay.verbs()


def test_a_relay_that_knows_only_helo_gets_helo(attempt: Any) -> None:
    relay = Relay(script=lambda step, _line: "500 what" if step == "EHLO" else None)
    offer = attempt(relay).run(user="", ca_file=None).offer

    assert relay.verbs() == ["EHLO", "HELO"]
    assert not offer.pipelining


def test_a_ca_file_without_certificates_is_named(
    attempt: Any, authority: trustme.CA, trusted: Path
) -> None:
    (trusted / "empty.pem").write_text("nothing")
    refusal = attempt(hidden(certified(authority, HOST))).refusal(
        ca_file=Path("empty.pem")
    )

    assert refusal.startswith("ca_file: ")
    assert "empty.pem cannot be used" in refusal


@pytest.mark.prove
async def test_a_silent_relay_is_not_waited_for_for_ever(
    relay: Relay, tmp_path: Path
) -> None:
    relay.script = lambda _step, _line: SILENT
    settings = RelaySettings(host=HOST, port=relay.port)
    with pytest.raises(RelayError, match="Timed out waiting for server ready"):
        await connect(
            settings, root=tmp_path, hello="letters.example", step_timeout=0.05
        )


async def test_a_closed_port_is_an_error_with_host_and_port(
    relay: Relay, tmp_path: Path
) -> None:
    await relay.stop()
    sentence = rf"127\.0\.0\.1:{relay.port} cannot be used: connection refused$"
    with pytest.raises(RelayError, match=sentence):
        await connect(
            RelaySettings(host=HOST, port=relay.port),
            root=tmp_path,
            hello="letters.example",
        )


def test_tls_on_a_port_that_begins_without_it_names_the_setting(attempt: Any) -> None:
    refusal = attempt(Relay()).refusal(security="tls", user="", ca_file=None)

    assert 'does not begin with TLS: set security = "starttls"' in refusal
