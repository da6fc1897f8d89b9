"""A login is tried once for a relay and password, by all workers together."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme
from sqlalchemy import select

from mailer import clock
from mailer.campaigns import lookup
from mailer.delivery.smtp.connect import LoginRefusedError, RelayError
from mailer.outbox.models import LoginAttempt
from mailer.outcomes import resuming
from mailer.settings.toml import edit_toml
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tools.peers.relay import LOGIN, PASSWORD, USER, Relay, certified

pytestmark = pytest.mark.prove

WRONG = "wrong horse battery staple"


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Relay]:
    """A relay that speaks TLS and asks for a login."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = certified(authority, "127.0.0.1")
    async with Relay(tls=tls, security="tls", login=LOGIN) as relay:
        yield relay


async def configured(site: Site, asking: Relay, password: str) -> Path:
    """Let the site use the relay, with eight connections; return its settings."""
    secret = site.root / "secrets" / "relay.password"
    secret.write_text(password)
    secret.chmod(0o600)
    values = {"port": asking.port, "security": "tls", "user": USER, "connections": 8}
    values |= {"password_file": "secrets/relay.password"}
    values |= {"ca_file": str(site.root.parent / "ca.pem")}
    config = site.root / "config.toml"
    edit_toml(config, {("relay", key): value for key, value in values.items()})
    return config


async def resume(site: Site, number: int) -> None:
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await resuming.resume(session, campaign, by="editor", now=clock.now())


def logins(asking: Relay) -> int:
    return asking.verbs().count("AUTH")


async def test_a_wrong_password_is_tried_once_and_a_new_one_again(
    site: Site, asking: Relay, tmp_path: Path
) -> None:
    """Three workers with eight connections each, and again after a restart."""
    number = await campaigning.released(site, tmp_path, audience=campaigning.OFFICES)
    config = await configured(site, asking, WRONG)
    workers = [await delivering.process(site, "work", "--until-idle") for _ in "123"]
    said = [(await worker.communicate())[1].decode() for worker in workers]

    assert logins(asking) == 1
    assert any("refused our login: 535" in each for each in said)
    assert await campaigning.state(site, number) == "paused"
    async with site.database.reading() as session:
        (kept,) = await session.scalars(select(LoginAttempt))
    assert "535" in str(kept.reply)
    assert WRONG.encode() not in kept.digest

    await resume(site, number)
    async with open_site(config) as again:
        with pytest.raises(LoginRefusedError, match="not tried again"):
            await delivering.work(again)
    assert logins(asking) == 1
    assert await campaigning.state(site, number) == "paused"

    await resume(site, number)
    await configured(site, asking, PASSWORD)
    async with open_site(config) as mended:
        await delivering.work(mended)
    assert await campaigning.state(site, number) == "finished"
    assert len(asking.accepted) == 54
    async with site.database.reading() as session:
        assert (await session.scalars(select(LoginAttempt))).all() == []


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_login_that_cannot_be_checked_now_is_tried_again(
    site: Site, asking: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    config = await configured(site, asking, PASSWORD)
    asking.script = lambda verb, _line: (
        "454 4.7.0 later" if verb == "AUTH" and logins(asking) < 3 else None
    )
    async with open_site(config) as opened:
        await delivering.work(opened)

    assert await campaigning.state(site, number) == "finished"


@pytest.mark.parametrize("store", ["sqlite"])
async def test_doctor_tells_of_a_refused_login_and_tries_it_only_if_asked(
    site: Site, asking: Relay, tmp_path: Path
) -> None:
    await configured(site, asking, WRONG)

    async def doctor(*options: str) -> str:
        process = await delivering.process(site, "doctor", *options)
        return (await process.communicate())[0].decode()

    first, second = await doctor(), await doctor()
    assert logins(asking) == 1
    assert "refused our login: 535" in first
    assert "not tried again with this password" in second

    await doctor("--try-logins")
    assert logins(asking) == 2
    await configured(site, asking, PASSWORD)
    assert f"login as {USER}" in await doctor()


@delivering.EITHER_WAY
@pytest.mark.parametrize("reply", ["421 4.3.2 bye", "450 4.7.0 too many connections"])
@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_relay_that_takes_nothing_now_makes_no_attempt_of_a_message(
    site: Site, relay: Relay, tmp_path: Path, offers: tuple[str, ...], reply: str
) -> None:
    """The messages wait for the relay, and not for their own next attempt."""
    relay.extensions = offers
    number = await campaigning.released(site, tmp_path)
    relay.script = delivering.Once("MAIL", reply, times=3)
    await delivering.work(delivering.tuned(site, connections=2, retry_minutes=(60.0,)))
    ledger = await campaigning.ledger(site, number)

    assert {(each.state, each.attempts) for each in ledger.values()} == {
        ("accepted", 1)
    }
    assert len(relay.accepted) == 10


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_relay_that_closes_at_mail_is_away_and_no_message_was_tried(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    relay.script = lambda verb, _line: "drop" if verb == "MAIL" else None
    with pytest.raises(RelayError):
        await delivering.work(delivering.tuned(site, retry_minutes=(60.0,)))
    ledger = await campaigning.ledger(site, number)

    assert {(each.state, each.attempts) for each in ledger.values()} == {("waiting", 0)}
