"""Limits, relays, hours and TLS from outside: what each relay got, and when."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from structlog.testing import capture_logs

from mailer import clock
from mailer.delivery.routing import health
from mailer.delivery.smtp.connect import LoginRefusedError, RelayError
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import LOGIN, PASSWORD, USER, Relay, certified
from tools.waiting import eventually

pytestmark = pytest.mark.prove

HOST = "127.0.0.1"
HOURS = '[send]\nfrom = "{:%H:%M}"\nuntil = "{:%H:%M}"\nzone = "UTC"\n'
TOML = campaigning.TOML.format(audience=campaigning.SECTORS)


async def test_a_relay_that_is_away_is_replaced_and_no_message_waits(
    site: Site, relay: Relay, spare: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await relay.stop()
    await delivering.work(delivering.with_fallback(site, spare))
    ledger = await campaigning.ledger(site, number)

    assert Counter(spare.recipients()) == Counter(list(ledger))
    assert {message.attempts for message in ledger.values()} == {1}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_relay_for_some_domains_gets_their_messages_only(
    site: Site, relay: Relay, spare: Relay, tmp_path: Path
) -> None:
    await campaigning.released(site, tmp_path)
    for_one = {"host": "127.0.0.1", "port": spare.port, "for": ["ed.sector.example"]}
    await delivering.work(delivering.changed(site, relays={"spare": for_one}))

    assert spare.recipients() == ["focal-point@ed.sector.example"]
    assert len(relay.accepted) == 9


@pytest.mark.parametrize("store", ["sqlite"])
async def test_messages_of_a_relay_that_stays_away_wait_without_an_attempt(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await relay.stop()
    with pytest.raises(RelayError, match="cannot be used"):
        await delivering.work(delivering.changed(site))
    ledger = await campaigning.ledger(site, number)

    assert {(each.state, each.attempts) for each in ledger.values()} == {("waiting", 0)}
    assert "the relay default is away" in {each.reason for each in ledger.values()}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_relay_that_comes_back_gets_every_message_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await relay.stop()
    working = asyncio.create_task(delivering.work(delivering.changed(site)))

    async def put_off() -> bool:
        ledger = await campaigning.ledger(site, number)
        return "the relay default is away" in {each.reason for each in ledger.values()}

    await eventually(put_off, "no message waits for the relay")
    await relay.start()
    await working
    ledger = await campaigning.ledger(site, number)

    assert Counter(relay.recipients()) == Counter(list(ledger))
    assert {each.attempts for each in ledger.values()} == {1}


async def test_a_limit_per_second_delays_messages_and_all_are_sent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await delivering.work(delivering.changed(site, relay={"per_second": 8}))
    ledger = await campaigning.ledger(site, number)
    marked = sorted(each.marked_at for each in ledger.values() if each.marked_at)

    assert len(relay.accepted) == 10
    assert {each.attempts for each in ledger.values()} == {1}
    assert marked[-1] - marked[0] >= timedelta(seconds=0.2)


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_provider_that_slows_us_down_delays_only_its_own_readers(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.script = lambda verb, line: (
        "421 4.7.28 too much from you" if verb == "RCPT" and "@ed." in line else None
    )
    await delivering.work(delivering.changed(site))
    counted = await campaigning.report(site, number)

    assert (counted.accepted, counted.states[MessageState.DEFERRED]) == (9, 1)
    assert counted.state == "sending"


async def test_outside_its_hours_a_campaign_waits_and_others_go(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    now = clock.now()
    closed = HOURS.format(now + timedelta(hours=2), now + timedelta(hours=3))
    held = await campaigning.released(site, tmp_path, toml=TOML + closed)
    opened = HOURS.format(now - timedelta(hours=1), now + timedelta(hours=1))
    free = await campaigning.released(site, tmp_path, toml=TOML + opened)
    await delivering.work(site)

    assert {each.state for each in (await campaigning.ledger(site, held)).values()} == {
        "waiting"
    }
    assert (await campaigning.report(site, free)).accepted == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_message_larger_than_the_relay_takes_is_set_aside_alone(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    large = campaigning.TEXT + "A long line of the letter.\n\n" * 2000
    number = await campaigning.released(site, tmp_path, en=large)
    small = await campaigning.released(site, tmp_path)
    relay.extensions = ("SIZE 60000",)
    await delivering.work(delivering.changed(site))

    reasons = {
        each.reason for each in (await campaigning.ledger(site, number)).values()
    }

    counted = await campaigning.report(site, number)
    assert counted.states[MessageState.SET_ASIDE] == 10
    assert all("the relay takes 60,000" in str(reason) for reason in reasons)
    assert (await campaigning.report(site, small)).accepted == 10
    assert len([line for line in relay.commands if line == "DATA"]) == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_message_too_large_for_one_relay_goes_by_the_one_that_replaces_it(
    site: Site, relay: Relay, spare: Relay, tmp_path: Path
) -> None:
    large = campaigning.TEXT + "A long line of the letter.\n\n" * 2000
    number = await campaigning.released(site, tmp_path, en=large)
    relay.extensions = ("SIZE 60000",)
    await delivering.work(delivering.with_fallback(site, spare))
    ledger = await campaigning.ledger(site, number)

    assert (len(spare.accepted), relay.accepted) == (10, [])
    assert {each.attempts for each in ledger.values()} == {1}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_refused_sender_suppresses_no_reader(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.script = lambda verb, _line: "550 no such user" if verb == "MAIL" else None
    await delivering.work(delivering.changed(site))
    counted = await campaigning.report(site, number)

    assert (counted.state, counted.states[MessageState.REFUSED]) == ("paused", 0)
    assert "our sender address was refused" in str(counted.stopped_because)


@pytest.fixture
async def hidden(tmp_path: Path) -> AsyncIterator[Relay]:
    """A relay that speaks STARTTLS and asks for a login."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = certified(authority, "127.0.0.1")
    async with Relay(tls=tls, security="starttls", login=LOGIN) as relay:
        yield relay


def over_tls(site: Site, hidden: Relay, ca: Path, password: str) -> Site:
    return delivering.changed(
        site,
        relay={
            "port": hidden.port,
            "security": "starttls",
            "user": USER,
            "password": password,
            "ca_file": str(ca),
        },
    )


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_campaign_goes_over_tls_and_nothing_of_it_in_the_clear(
    site: Site, hidden: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    await delivering.work(over_tls(site, hidden, tmp_path / "ca.pem", PASSWORD))

    assert (await campaigning.report(site, number)).accepted == 10
    assert len(hidden.accepted) == 10
    assert hidden.in_the_clear[1::2] == ["STARTTLS"]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_each_fault_of_a_certificate_is_said_while_a_relay_is_away(
    site: Site, hidden: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An expired one is renewed for a wrong name, and then for the right one."""
    monkeypatch.setattr(health, "RELAY_WAITS", (0.05,))
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    await campaigning.released(site, tmp_path)
    expired = authority.issue_cert(HOST, not_after=datetime(2020, 1, 1, tzinfo=UTC))
    hidden.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    expired.configure_cert(hidden.tls)

    def said(part: str) -> bool:
        return any(part in str(each.get("reason")) for each in lines)

    with capture_logs() as lines:
        over = over_tls(site, hidden, tmp_path / "ca.pem", PASSWORD)
        working = asyncio.create_task(delivering.serve(over))
        await eventually(lambda: said("certificate has expired"), "nothing is said")
        hidden.tls = certified(authority, "mail.other.example")
        await eventually(lambda: said("mismatch"), "the other fault is not said")
        hidden.tls = certified(authority, HOST)
        await eventually(lambda: len(hidden.accepted) == 10, "it does not go on")
        working.cancel()
        await asyncio.wait({working})
    away = [each for each in lines if each["event"] == "relay.away"]

    assert len(away) == 2
    assert set(Counter(hidden.recipients()).values()) == {1}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_wrong_password_pauses_the_campaign_and_tries_no_message(
    site: Site, hidden: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    with pytest.raises(LoginRefusedError, match="refused our login: 535"):
        await delivering.work(over_tls(site, hidden, tmp_path / "ca.pem", "wrong"))
    counted = await campaigning.report(site, number)
    ledger = await campaigning.ledger(site, number)

    assert counted.state == "paused"
    assert "refused our login" in str(counted.stopped_because)
    assert {(each.state, each.attempts) for each in ledger.values()} == {("waiting", 0)}
    assert "MAIL" not in hidden.verbs()
