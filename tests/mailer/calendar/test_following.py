"""Dates follow the release or the event of letters, and move when the event moves."""

import asyncio
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from audiences.contacts import Contact
from mailer import clock
from mailer.calendar import planning, schedule, series
from mailer.calendar.planning import SeriesPlan
from mailer.campaigns import lookup
from mailer.campaigns.models import ApprovedReader, Campaign, Occurrence, Series
from mailer.campaigns.slot_models import SlotNotice
from mailer.feedback.past import LetterPast
from mailer.outbox import release
from mailer.processes import ticking
from mailer.sites.site import Site
from tests.acts import campaigning, turns
from tests.acts.turns import DAY, EDITOR, tick
from tests.mailer.outbox import test_reminders
from tools.peers.relay import Relay

pytestmark = pytest.mark.prove

FOLLOW = "forum-follow-up"
WORDS = "2 days, 19 days and 90 days after the event"
ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
HOUR = "T10:00"


async def follow(
    site: Site,
    follows: str,
    cadence: str = "2 weeks before the event, 10:00",
    *,
    name: str = FOLLOW,
    **said: Any,
) -> Series:
    """Add a series that follows letters, and opens drafts."""
    now = clock.now()
    async with site.database.writing() as session:
        added, _ = await series.add(
            session,
            name,
            cadence,
            zone="Europe/Paris",
            by=EDITOR,
            now=now,
            follows=follows,
        )
        plan = {"letter_type": "monthly-letter", "owner": EDITOR, **said}
        await planning.change(session, site, added, SeriesPlan(**plan), turns.author())
    return added


async def invite(
    site: Site,
    place: Path,
    start: date,
    *,
    status: str = "confirmed",
    audience: str = "",
) -> int:
    """Release a letter about the event; return its number."""
    site.database.with_past(LetterPast)
    toml = campaigning.TOML.format(audience=campaigning.SECTORS)
    toml += f'\n[event]\nuid = "forum"\nstart = {start}\nend = {start + DAY}\n'
    toml += f'status = "{status}"\n'
    number = await campaigning.add(site, campaigning.write(place, toml=toml))
    await campaigning.approve(site, number)
    await release.release(site, number, by=EDITOR, now=clock.now())
    return number


async def slots(site: Site, name: str = FOLLOW) -> list[tuple[str, str | None]]:
    async with site.database.reading() as session:
        rows = await session.execute(
            select(Occurrence.slot, Occurrence.outcome)
            .join(Series, Series.id == Occurrence.series_id)
            .where(Series.name == name)
            .order_by(Occurrence.slot)
        )
        return [(slot, outcome) for slot, outcome in rows]


async def notices(site: Site) -> list[tuple[str, str]]:
    async with site.database.reading() as session:
        rows = await session.execute(select(SlotNotice.kind, SlotNotice.user))
        return sorted((kind, user) for kind, user in rows)


def today() -> date:
    return clock.now().date()


async def test_dates_follow_the_release_of_each_letter_of_a_series(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await follow(site, "monthly-letter", "2 days and 90 days after the release, 10:00")
    before = await slots(site)
    for _ in range(2):
        number = await campaigning.approved(site, tmp_path)
        slot = await campaigning.schedule_in_series(site, number)
        due = slot.due_at.astimezone(UTC)
        await asyncio.gather(*(ticking.tick(site, due) for _ in range(3)))
        await ticking.tick(site, due)  # a second tick changes nothing
        first, other = (due.date() + timedelta(days=days) for days in (2, 90))
        assert {f"{first}{HOUR}", f"{other}{HOUR}"} <= {s for s, _ in await slots(site)}
    await turns.tick(site, due)
    async with site.database.reading() as session:
        drafts = await session.scalar(
            select(func.count(Occurrence.draft_id))
            .join(Series, Series.id == Occurrence.series_id)
            .where(Series.name == FOLLOW)
        )

    assert before == []
    assert len(await slots(site)) == 4
    assert drafts == 2  # those of two days; the others have time


async def test_dates_move_with_the_event_and_readers_are_not_forgotten(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await turns.planned(site)
    start = today() + 60 * DAY
    number = await invite(site, tmp_path, start)
    await follow(site, str(number), f"{WORDS}, 10:00")
    await tick(site, clock.now())
    planned = [
        f"{start + 3 * DAY}{HOUR}",
        f"{start + 20 * DAY}{HOUR}",
        f"{start + 91 * DAY}{HOUR}",
    ]
    at_first = await slots(site)
    # the draft of the first is opened, and its owner asked
    await tick(site, clock.now() + 54 * DAY)
    await invite(site, tmp_path, start + 17 * DAY)
    with capture_logs() as logs:
        await tick(site, clock.now())
    moved = [
        f"{start + 20 * DAY}{HOUR}",  # where the second was
        f"{start + 37 * DAY}{HOUR}",
        f"{start + 108 * DAY}{HOUR}",
    ]

    assert at_first == [(each, None) for each in planned]
    assert await slots(site) == [(each, None) for each in moved]
    assert ("moved", EDITOR) in await notices(site)
    assert [each["event"] for each in logs].count("slot.event_moved") == 3
    assert any("date a changé" in subject for _, subject in turns.mails(relay))


@ON_SQLITE
async def test_a_scheduled_letter_loses_time_and_approval_when_its_event_moves(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    start = today() + 60 * DAY
    number = await invite(site, tmp_path, start)
    await follow(site, str(number))
    own = await campaigning.approved(site, tmp_path)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, own)
        await schedule.in_series(
            session, site, campaign, FOLLOW, by=EDITOR, now=clock.now()
        )
    await invite(site, tmp_path, start + DAY)
    await tick(site, clock.now())
    async with site.database.reading() as session:
        campaign = await lookup.get(session, own)
        approval = await lookup.current_approval(session, campaign)
        slot = await session.scalar(
            select(Occurrence).where(Occurrence.campaign_id == own)
        )

    assert (campaign.state, campaign.at, approval) == ("draft", None, None)
    assert slot is not None
    assert slot.slot == f"{start - 13 * DAY}{HOUR}"


@ON_SQLITE
async def test_an_event_that_moves_after_its_letters_went_says_so(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    await turns.planned(site)
    start = today() + 60 * DAY
    number = await invite(site, tmp_path, start)
    await follow(site, str(number))
    own = await campaigning.approved(site, tmp_path)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, own)
        slot = await schedule.in_series(
            session, site, campaign, FOLLOW, by=EDITOR, now=clock.now()
        )
    due = slot.due_at.astimezone(UTC)
    await tick(site, due)
    await invite(site, tmp_path, start + 30 * DAY)
    with capture_logs() as logs:
        await tick(site, due + DAY)

    assert "event.moved_after_letter" in [each["event"] for each in logs]
    assert await slots(site) == [(slot.slot, "released")]
    assert await notices(site) == [("went", EDITOR)]
    assert any("manifestation" in subject for _, subject in turns.mails(relay))


@pytest.mark.parametrize(
    ("days", "status", "left"),
    [
        (-58, "confirmed", "dropped"),
        (1, "cancelled", "dropped"),
        (0, "confirmed", None),
    ],
)
@ON_SQLITE
async def test_an_event_that_is_cancelled_or_too_near_drops_its_dates(
    site: Site, relay: Relay, tmp_path: Path, days: int, status: str, left: str | None
) -> None:
    start = today() + 60 * DAY
    number = await invite(site, tmp_path, start)
    await follow(site, str(number))
    await invite(site, tmp_path, start + days * DAY, status=status)
    await tick(site, clock.now())

    assert await slots(site) == [(f"{start - 14 * DAY}{HOUR}", left)]
    assert await notices(site) == ([("dropped", EDITOR)] if left else [])
    await invite(site, tmp_path, start + 7 * DAY)  # it takes place after all
    await tick(site, clock.now())
    assert await slots(site) == [(f"{start - 7 * DAY}{HOUR}", None)]


async def test_a_series_reminds_exactly_those_who_have_not_answered(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    number = await test_reminders.invited(site, relay, tmp_path)
    await follow(
        site, str(number), "2 weeks and 2 days before the event", remind="Answered"
    )
    async with site.database.reading() as session:
        first, second = await session.scalars(
            select(Occurrence).where(Occurrence.follows == number).order_by("due_at")
        )
    await test_reminders.answers(site, "ed")
    await ticking.tick(site, first.due_at.astimezone(UTC) - 10 * DAY)
    async with site.database.reading() as session:
        draft = await session.scalar(select(Campaign).order_by(Campaign.id.desc()))
        assert draft is not None
    await campaigning.approve(site, draft.id)
    async with site.database.reading() as session:
        chosen = await session.scalars(
            select(Contact.address)
            .join(ApprovedReader, ApprovedReader.contact_id == Contact.id)
            .where(ApprovedReader.campaign_id == draft.id)
        )
        readers = set(chosen)

    assert (first.step, second.step) == (0, 1)
    assert draft.event is not None
    assert draft.event["uid"] == test_reminders.UID
    assert readers == set(relay.recipients()[:10]) - {test_reminders.address("ed")}
