"""A year of the ten mailings: each date once, at its instant; each mail once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record.changes import Author
from mailer import clock
from mailer.calendar import dates, leads, notices, planning, series
from mailer.calendar.planning import SeriesPlan
from mailer.calendar.showing import entries, spans
from mailer.campaigns.models import Approval, Campaign, Occurrence, Series
from mailer.campaigns.version_models import SignOff
from mailer.errors import RefusedError
from mailer.maintenance import audit_rows
from mailer.outbox.models import Message
from mailer.processes import noticing, ticking
from mailer.sites.site import Site
from mailer.users import standing_in
from tests.acts import unit
from tests.acts.turns import APPROVER, EDITOR, mails
from tests.acts.unit import DEPUTY, READER, TRANSLATOR, Unit
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
SIGNED = "programme-news"  # its French is signed off by who did not write it
ABSENT = (date(2027, 7, 1), date(2027, 7, 31))  # the deputy approves on these days
PARIS = ZoneInfo("Europe/Paris")
pytestmark = pytest.mark.prove


async def plan_year(site: Site) -> list[tuple[str, str, datetime]]:
    """Make the ten series; return each date of the year, as the calendar has it."""
    now = clock.now()
    async with site.database.writing() as session:
        await unit.join(session)
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
                languages="en fr" if letter_type == SIGNED else "en",
                owner=EDITOR,
                translators=f"{TRANSLATOR} {READER}" if letter_type == SIGNED else "",
                approvers=APPROVER,
            )
            author = Author(by=EDITOR, at=now)
            await planning.change(session, site, found, plan, author)
        monthly = await series.named(session, CANCELLED[0])
        office = site.settings.office.office
        await dates.skip(session, monthly, CANCELLED[1], author, office=office)
        await go_away(session)
    return await calendar(site)


async def go_away(session: AsyncSession) -> None:
    """Let the approver name who approves in the days of the absence."""
    author = Author(by=APPROVER, at=clock.now())
    await standing_in.name_deputy(session, APPROVER, DEPUTY, ABSENT, author, zone=PARIS)


async def calendar(site: Site) -> list[tuple[str, str, datetime]]:
    """Return each date of the year that is not skipped, as the calendar has it."""
    office = site.settings.office.office
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


async def act(unit: Unit, name: str, day: str, before: timedelta) -> None:
    """Do what is to be done this long before a date."""
    number = await unit.draft(name, day)
    absent = ABSENT[0] <= clock.now().astimezone(PARIS).date() <= ABSENT[1]
    late, edited = (name, day) == LATE, (name, day) == EDITED
    if before == 10 * DAY:
        await unit.write(number)
    elif (name, day) == UNAPPROVED:
        return
    elif before == 4 * DAY and name == SIGNED:
        await unit.translate(number)
    elif before == (HOUR if late else 2 * DAY):
        if name == SIGNED:
            await unit.sign_off(number)
        await unit.approve(number, name, absent=absent)
    elif edited and before == DAY:
        await unit.write(number, "Corrected.")
        with pytest.raises(RefusedError):
            await unit.schedule(number, name)
        await unit.approve(number, name, absent=absent)


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
    unit.needs_sign_off(site, SIGNED)
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
    people = Unit(site, tmp_path)
    for place, (now, name, day, before) in enumerate(steps):
        with time_machine.travel(now, tick=True):
            if place == 0:
                await killed_tick(site, now, monkeypatch)
            await two_tickers(site, now)
            if before:
                await act(people, name, day, before)
    await two_tickers(site, steps[-1][0] + MINUTE)

    released, unreleased = await outcome(site)
    assert unreleased == {UNAPPROVED}
    assert released == {
        (name, day): at for name, day, at in planned if (name, day) != UNAPPROVED
    }
    assert max(Counter(mails(relay)).values()) == 1
    subjects = [(user, each) for user, each in mails(relay) if each.endswith("2027")]
    asked = [each for user, each in subjects if user == APPROVER]
    assert len(asked) == len(planned)
    missed = [each for _, each in subjects if each.startswith("No letter was sent")]
    assert missed == ["No letter was sent: focal-points, 30 June 2027"]
    await compare_people(site, planned, mails(relay))
    assert (await audit_rows.verify(site)).faults == 0


async def compare_people(
    site: Site,
    planned: Sequence[tuple[str, str, datetime]],
    sent: Sequence[tuple[str, str]],
) -> None:
    """Compare who approved, signed off and was asked with who had to."""
    turns = {(name, day): at - 2 * DAY for name, day, at in planned}
    lent = {
        f"{name}, {date.fromisoformat(day):%-d %B %Y}"
        for (name, day), at in turns.items()
        if ABSENT[0] <= at.astimezone(PARIS).date() <= ABSENT[1]
    }
    asked = {each.partition(": ")[2] for user, each in sent if user == DEPUTY}
    read = [each for user, each in sent if user == READER]
    signed = [name for name, _, _ in planned if name == SIGNED]
    async with site.database.reading() as session:
        approvals = await session.execute(
            select(Approval.by, Approval.on_behalf).where(Approval.by == DEPUTY)
        )
        offs = await session.scalars(select(SignOff.by))
        assert list(approvals.all()) == [(DEPUTY, APPROVER)] * len(lent)
        assert offs.all() == [READER] * len(signed)
    assert len(planned) >= 45
    assert len(lent) > 1
    assert asked == lent
    assert len(read) >= len(signed)


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
