"""A year of the ten mailings: each date once, at its instant; each mail once."""

import asyncio
import itertools
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.upkeep.changes import Author
from mailer import clock
from mailer.calendar import dates, leads, notices, planning, schedule, series
from mailer.calendar.planning import SeriesPlan
from mailer.calendar.showing import entries, spans
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.writing import edit, folder, starting
from mailer.errors import RefusedError
from mailer.outbox.models import Message
from mailer.processes import noticing, ticking
from mailer.sites.site import Site
from mailer.users.models import User
from tests.acts import campaigning
from tests.acts.turns import APPROVER, EDITOR, mails
from tools.peers.relay import Relay

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
EVENT = date(2027, 11, 9)
MAILINGS = {  # letter type → cadence, with the leads that it needs
    "monthly-letter": "first Tuesday, 10:00, Europe/Paris",
    "forum-conclusions": "10 working days after the forum, 11:00, Europe/Paris",
    "field-office-news": "quarterly, second Thursday, 09:00, Africa/Dakar",
    "ngo-actions": "twice a year in March and October, 10:00, Europe/Paris",
    "programme-news": "quarterly, last working day, 09:00, Europe/Paris",
    "invitation": "6 weeks and 2 weeks before the event, 15:00, Europe/Paris",
    "directory-update": "twice a year in January and September, Europe/Paris",
    "focal-points": "last working day, 17:00, America/New_York",
    "consultation": "every 15th, 02:30, Europe/Paris",
    "forum-evaluation": "2 days and 90 days after the event, 10:00, Europe/Paris",
}
CANCELLED = ("monthly-letter", "2027-08-03")
UNAPPROVED = ("focal-points", "2027-06-30")  # its approver is absent
EDITED = ("consultation", "2027-05-15")  # after its approval, and approved again
LATE = ("monthly-letter", "2027-04-06")  # approved an hour before
pytestmark = pytest.mark.prove


async def give_addresses(session: AsyncSession) -> None:
    for name in (EDITOR, APPROVER):
        user = await session.get(User, name)
        assert user is not None
        user.address = f"{name}@unit.example"


async def plan_year(site: Site) -> list[tuple[str, str, datetime]]:
    """Make the ten series; return each date of the year, as the calendar has it."""
    now = clock.now()
    async with site.database.writing() as session:
        await give_addresses(session)
        for letter_type, cadence in MAILINGS.items():
            if letter_type == "monthly-letter":
                found = await series.named(session, letter_type)
            else:
                found, _ = await series.add(
                    *(session, letter_type, cadence),
                    zone="Europe/Paris",
                    by=EDITOR,
                    now=now,
                    event=EVENT,
                )
            plan = SeriesPlan(
                letter_type=letter_type,
                audience="kind = sector",
                languages="en",
                owner=EDITOR,
                approvers=APPROVER,
            )
            author = Author(by=EDITOR, at=now)
            await planning.change(session, site, found, plan, author)
        monthly = await series.named(session, CANCELLED[0])
        office = site.settings.office.office
        await dates.skip(session, monthly, CANCELLED[1], author, office=office)
    first, last = spans.year(2027, "UTC")
    async with site.database.reading() as session:
        planned = await entries.between(
            session, first=first, last=last, zone="UTC", office=office
        )
    return [
        (each.name, str(each.local.date()), each.at.astimezone(UTC))
        for each in planned
        if each.state != dates.SKIPPED
    ]


class Unit:
    """The people: they write, approve and schedule what was opened."""

    def __init__(self, site: Site, place: Path) -> None:
        self.site = site
        self.place = place
        self.names = itertools.count()

    async def write(self, number: int, more: str = "") -> None:
        """Write the text of a draft in its folder, and import the folder again."""
        path = self.place / f"draft-{next(self.names)}"
        async with self.site.database.reading() as session:
            campaign = await lookup.get(session, number)
            await starting.copy(session, campaign, path, today=campaign.day)
        text = campaigning.TEXT + f"\nLetter {number}. {more}\n"
        (path / "en.md").write_text(text, encoding="utf-8")
        async with self.site.database.writing() as session:
            await edit.replace(
                session,
                await lookup.get(session, number),
                folder.read(path),
                templates=self.site.templates,
                by=EDITOR,
                now=clock.now(),
            )

    async def approve(self, number: int, name: str) -> None:
        """Approve a draft, and give it the time of its own slot."""
        await campaigning.approve(self.site, number)
        async with self.site.database.writing() as session:
            campaign = await lookup.get(session, number)
            slot = await schedule.in_series(
                session, self.site, campaign, name, by=EDITOR, now=clock.now()
            )
            assert slot.draft_id == number

    async def act(self, name: str, day: str, before: timedelta) -> None:
        """Do what is to be done this long before a date."""
        async with self.site.database.reading() as session:
            own = await series.named(session, name)
            rows = await series.slots_of(session, own)
            found = [row for row in rows if str(leads.local_of(row).date()) == day]
        number = found[0].draft_id
        assert number is not None
        late, edited = (name, day) == LATE, (name, day) == EDITED
        if before == 10 * DAY:
            await self.write(number)
        elif (name, day) == UNAPPROVED:
            return
        elif before == (HOUR if late else 2 * DAY):
            await self.approve(number, name)
        elif edited and before == DAY:
            await self.write(number, "Corrected.")
            with pytest.raises(RefusedError):
                await schedule_again(self.site, number, name)
            await self.approve(number, name)


async def schedule_again(site: Site, number: int, name: str) -> None:
    async with site.database.writing() as session:
        campaign = await lookup.get(session, number)
        await schedule.in_series(
            session, site, campaign, name, by=EDITOR, now=clock.now()
        )


async def two_tickers(site: Site, now: datetime) -> None:
    """Tick twice at once, also as of an hour ago: a clock that was set back."""
    instants = (now, now)
    ticks = (ticking.tick(site, each, every_series=False) for each in instants)
    await asyncio.gather(*ticks)
    await ticking.tick(site, now - HOUR, every_series=False)
    await asyncio.gather(noticing.notify(site, now=now), noticing.notify(site, now=now))


async def killed_tick(
    site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """End a tick while it attends a slot."""

    async def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(notices, "plan", ended)
        with pytest.raises(KeyboardInterrupt):
            await ticking.tick(site, now)


async def test_a_year_is_kept(
    site: Site, relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC), tick=True):
        planned = await plan_year(site)
    # the hour may change between a date and the days before it
    steps = sorted(
        (
            at - before + (2 * HOUR if before > DAY else MINUTE * bool(before)),
            name,
            day,
            before,
        )
        for name, day, at in planned
        for before in (10 * DAY, 4 * DAY, 2 * DAY, DAY, HOUR, timedelta())
    )
    unit = Unit(site, tmp_path)
    for place, (now, name, day, before) in enumerate(steps):
        with time_machine.travel(now, tick=True):
            if place == 0:
                await killed_tick(site, now, monkeypatch)
            await two_tickers(site, now)
            if before:
                await unit.act(name, day, before)
    await two_tickers(site, steps[-1][0] + MINUTE)

    released, unreleased = await outcome(site)
    assert unreleased == {UNAPPROVED}
    assert released == {
        (name, day): at for name, day, at in planned if (name, day) != UNAPPROVED
    }
    assert len(planned) >= 45
    assert max(Counter(mails(relay)).values()) == 1
    subjects = [(user, each) for user, each in mails(relay) if each.endswith("2027")]
    asked = [each for user, each in subjects if user == APPROVER]
    assert len(asked) == len(planned)
    missed = [each for _, each in subjects if each.startswith("No letter was sent")]
    assert missed == ["No letter was sent: focal-points, 30 June 2027"]


async def outcome(
    site: Site,
) -> tuple[dict[tuple[str, str], datetime], set[tuple[str, str]]]:
    """Return when each date of 2027 was released, and which were not."""
    released, unreleased = {}, set()
    async with site.database.reading() as session:
        rows = await session.execute(
            select(Series.name, Occurrence, Campaign)
            .join(Series, Series.id == Occurrence.series_id)
            .outerjoin(Campaign, Campaign.id == Occurrence.campaign_id)
            .order_by(Occurrence.due_at)
        )
        for name, row, campaign in rows:
            key = (name, str(leads.local_of(row).date()))
            if not key[1].startswith("2027") or row.outcome == dates.SKIPPED:
                continue
            if row.outcome != "released":
                unreleased.add(key)
                continue
            assert key not in released
            assert campaign.released_at is not None
            released[key] = campaign.released_at.astimezone(UTC)
        counts = Counter(await session.scalars(select(Message.campaign_id)))
    assert len(counts) == len(released)
    return released, unreleased
