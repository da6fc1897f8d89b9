"""A slot that no letter will fill is announced before and at its time, once each."""

import asyncio
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from audiences.contacts import Contact
from mailer import clock
from mailer.calendar import announcing
from mailer.campaigns.models import Occurrence
from mailer.campaigns.slot_models import SlotAlert
from mailer.doctor import slots
from mailer.processes import ticking
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

on_sqlite = pytest.mark.parametrize("store", ["sqlite"])
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


async def first_due(site: Site) -> datetime:
    async with site.database.reading() as session:
        due = await session.scalar(select(func.min(Occurrence.due_at)))
    assert isinstance(due, datetime)
    return due.astimezone(UTC)


async def logged(site: Site, *instants: datetime) -> list[MutableMapping[str, Any]]:
    """Tick at these instants; return what was logged about slots."""
    with capture_logs() as lines:
        for instant in instants:
            await ticking.tick(site, instant)
    return [
        each for each in lines if each["event"] in {"slot.open", "occurrence.missed"}
    ]


async def alerts(site: Site) -> list[tuple[str, str]]:
    async with site.database.reading() as session:
        rows = await session.scalars(select(SlotAlert).order_by(SlotAlert.at))
        return [(each.stage, each.reason) for each in rows]


async def test_an_unfilled_slot_is_announced_a_day_and_an_hour_before_and_when_missed(
    site: Site,
) -> None:
    due = await first_due(site)
    early = await logged(site, due - DAY - MINUTE)
    lines = await logged(
        site,
        *(due - DAY, due - DAY + MINUTE, due - HOUR, due - MINUTE),
        *(due, due + MINUTE),
    )

    assert early == []
    assert [(each["event"], each.get("stage")) for each in lines] == [
        ("slot.open", "day"),
        ("slot.open", "hour"),
        ("occurrence.missed", None),
    ]
    assert lines[0]["series"] == "monthly-letter"
    assert lines[0]["reason"] == "it has no campaign"
    assert await alerts(site) == [
        (stage, "it has no campaign") for stage in ("day", "hour", "missed")
    ]


async def test_two_tickers_announce_once(site: Site) -> None:
    due = await first_due(site)
    both = await asyncio.gather(
        *(announcing.announce(site, now=due - HOUR) for _ in range(2))
    )

    assert sorted(len(each) for each in both) == [0, 1]


@on_sqlite
async def test_a_filled_slot_is_looked_at_once_and_not_announced(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    slot = await campaigning.schedule_in_series(site, number)
    lines = await logged(site, slot.due_at - DAY, slot.due_at - DAY + MINUTE)

    assert lines == []
    assert await alerts(site) == [("day", "")]


@on_sqlite
async def test_a_slot_whose_campaign_is_corrected_within_the_day_is_announced(
    site: Site, tmp_path: Path
) -> None:
    path = campaigning.write(tmp_path)
    number = await campaigning.add(site, path)
    await campaigning.approve(site, number)
    slot = await campaigning.schedule_in_series(site, number)
    due = slot.due_at
    before = await logged(site, due - DAY)
    await campaigning.replace(site, number, path)
    after = await logged(site, due - DAY + MINUTE, due - DAY + 2 * MINUTE)

    assert before == []
    assert [each["reason"] for each in after] == [f"its campaign {number} is draft"]


@on_sqlite
async def test_a_scheduled_campaign_that_would_be_refused_is_announced(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.approved(site, tmp_path)
    slot = await campaigning.schedule_in_series(site, number)
    async with site.database.writing() as session:
        await session.execute(update(Contact).values(stopped_at=clock.now()))
    lines = await logged(site, slot.due_at - HOUR, slot.due_at - MINUTE)

    assert len(lines) == 1
    assert "would be refused: A short letter had 10 readers" in lines[0]["reason"]


@on_sqlite
async def test_doctor_names_an_open_slot(site: Site) -> None:
    due = await first_due(site)
    far = await slots.examine(site, now=due - DAY - MINUTE)
    (near,) = await slots.examine(site, now=due - HOUR)
    await ticking.tick(site, due)
    (missed,) = await slots.examine(site, now=due + HOUR)

    assert [str(each.level) for each in far] == ["ok"]
    assert (str(near.level), str(missed.level)) == ("warning", "warning")
    assert "is not filled: it has no campaign" in near.sentence
    assert "has passed without a letter" in missed.sentence


@on_sqlite
async def test_lists_of_campaigns_and_series_name_an_open_slot(
    site: Site, mailer: Mailer
) -> None:
    async with site.database.writing() as session:
        due = clock.now() + HOUR
        await session.execute(
            update(Occurrence)
            .where(Occurrence.due_at == await first_due(site))
            .values(due_at=due)
        )

    for noun in ("campaigns", "series"):
        ran = await asyncio.to_thread(mailer, noun, "list", "--json")
        assert "of monthly-letter is not filled: it has no campaign" in shown(ran.err)
