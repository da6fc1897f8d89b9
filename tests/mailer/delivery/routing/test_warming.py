"""A new domain sends few messages a day at first, and more each day."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailer import clock
from mailer.delivery.routing import throttle, warming
from mailer.delivery.routing.relays import DomainLimits
from mailer.delivery.routing.throttle import Ask
from mailer.errors import ConfigError
from mailer.settings import loading
from mailer.settings.relays import RelaySettings, WarmUpSettings
from mailer.sites.site import Site
from mailer.store.database import Database
from tests.acts import campaigning, delivering
from tests.acts.campaigning import OFFICES
from tools.peers.relay import Relay

DAY = timedelta(days=1)
BEGIN = datetime(2027, 5, 4, tzinfo=UTC)
WARM_UP = WarmUpSettings.model_validate(
    {"from": date(2027, 5, 4), "per_day": 48, "growth": 1.5, "days": 4}
)


def test_the_number_grows_each_day_until_the_warm_up_is_over() -> None:
    days = [BEGIN - DAY, BEGIN, BEGIN + DAY, BEGIN + 3 * DAY, BEGIN + 4 * DAY]

    assert [warming.allowed(WARM_UP, now=each) for each in days] == [
        *(48, 48, 72, 162, None)
    ]
    assert warming.allowed(None, now=BEGIN) is None
    assert warming.in_words(WARM_UP, now=BEGIN + DAY) == (
        "72 today, day 2 of 4 of its warm-up"
    )
    assert warming.in_words(WARM_UP, now=BEGIN + 4 * DAY) == ""


async def test_no_day_has_more_than_its_number(empty_store: Database) -> None:
    asks = [Ask(relay="default", domain="example.org", count=500)]
    relays = {"default": RelaySettings(warm_up=WARM_UP)}
    sent: list[int] = []
    for day in range(5):
        sent.append(0)
        for half_hour in range(48):
            now = BEGIN + day * DAY + timedelta(minutes=30 * half_hour)
            async with empty_store.writing() as session:
                (given,) = await throttle.take(
                    session,
                    asks,
                    relays=relays,
                    domains=DomainLimits(settings={}),
                    now=now,
                )
            sent[-1] += given.now

            assert given.now + len(given.later) == 500
            assert max(given.later, default=now) <= warming.next_day(now)

    assert [44 < sent[0] <= 48, 67 < sent[1] <= 72] == [True, True]
    assert sent[2] <= 108
    assert sent[3] <= 162
    assert sent[4] == 48 * 500


async def test_a_campaign_waits_with_the_reason(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    today = clock.now().date()
    warm_up = {"from": today, "per_day": 240, "growth": 1.5, "days": 30}
    slow = delivering.changed(site, relay={"warm_up": warm_up})
    number = await campaigning.released(slow, tmp_path, audience=OFFICES)
    await delivering.work(slow)
    rows = (await campaigning.ledger(slow, number)).values()
    waiting = [each for each in rows if each.state == "waiting"]

    assert len(relay.accepted) == 10
    assert waiting
    assert {str(each.reason).partition(": ")[2] for each in waiting} == {
        "240 today, day 1 of 30 of its warm-up"
    }


def test_a_warm_up_of_another_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[relay]\nwarm_up = { from = 2027-05-04, growth = 9, dayz = 3 }\n")

    with pytest.raises(ConfigError) as refused:
        loading.load(file)
    assert "relay.warm_up.growth: found 9" in str(refused.value)
    assert "relay.warm_up.dayz: no such setting; did you mean days?" in str(
        refused.value
    )
