"""Series: recurring mailings, with their cadences and slots."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.characters import has_control
from audiences.record import writing
from audiences.upkeep import data_changes
from audiences.upkeep.changes import Author
from audiences.upkeep.data_changes import DataKind
from mailer.calendar import renewing
from mailer.campaigns.models import Occurrence, Series
from mailer.errors import NotFoundError, RefusedError
from mailer.users import guard
from mailer.users.acts import Right
from scheduler import slots, stored, words
from scheduler.office import ALWAYS_SAME, Office
from scheduler.words import Understood

SHOWN = 30  # dates of one series
LONGEST_NAME = 60  # characters


async def listed(session: AsyncSession) -> Sequence[tuple[Series, Occurrence | None]]:
    """Return every series with each of its slots; a series without slots with None."""
    rows = await session.execute(
        select(Series, Occurrence)
        .outerjoin(Occurrence, Occurrence.series_id == Series.id)
        .order_by(Series.name, Occurrence.due_at)
    )
    return [(series, occurrence) for series, occurrence in rows]


async def with_next(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[Series, datetime | None]]:
    """Return every series by name, with the instant of its next open slot."""
    coming = Occurrence.outcome.is_(None) & (Occurrence.due_at > now)
    rows = await session.execute(
        select(Series, func.min(Occurrence.due_at))
        .outerjoin(Occurrence, (Occurrence.series_id == Series.id) & coming)
        .group_by(Series.id)
        .order_by(Series.name)
    )
    return [(series, instant) for series, instant in rows]


async def add(
    session: AsyncSession,
    name: str,
    cadence: str,
    *,
    zone: str,
    by: str,
    now: datetime,
    office: Office = ALWAYS_SAME,
    usual: time = words.USUAL_TIME,
    event: date | None = None,
) -> tuple[Series, Understood]:
    """Store a series and its first slots; return it, and how its cadence is understood.

    `event` is the day from which its cadence counts. A cadence of every other week
    counts from its first date. Raises ScheduleError if the cadence cannot be read or
    has no date to come, RefusedError if the name exists or the user may not do it.
    """
    await guard.require(session, by, Right.SERIES)
    name = _checked(name)
    understood = words.understand(cadence, zone=zone, usual=usual)
    if await session.scalar(select(Series.id).where(Series.name == name)):
        raise RefusedError(
            f"there is a series called {name} already; {cadence!r} was not stored"
        )
    understood = _begun(understood, now, office, event)
    series = Series(
        name=name,
        cadence=cadence,
        zone=understood.cadence.zone,
        rule=stored.dump(understood.cadence),
        event_day=event if understood.cadence.days.event else None,
        created_at=now,
    )
    session.add(series)
    await session.flush()
    await renewing.open_slots(session, series, office=office, now=now)
    said = {"cadence": cadence, "zone": series.zone, "event": event}
    writing.note(session, "added", f"series {name}", by=by, at=now, detail=said)
    return series, understood


def _checked(name: str) -> str:
    """Return the name of a new series; raise RefusedError if it cannot be one."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or has_control(name):
        raise RefusedError(
            f"a series has a name of 1 to {LONGEST_NAME} characters; found"
            f" {name[:LONGEST_NAME]!r}, of {len(name)}"
        )
    return name


def _begun(
    understood: Understood, now: datetime, office: Office, event: date | None
) -> Understood:
    """Let a cadence of every other week count from its first date.

    Raises ScheduleError if the cadence has no date to come.
    """
    cadence = understood.cadence
    first = next(slots.slots_after(cadence, now, office=office, event=event))
    days = cadence.days
    counts = days.recurrence is not None and days.recurrence.weeks > 1
    if not counts or days.starts is not None:
        return understood
    days = replace(days, starts=first.local.date())
    return replace(understood, cadence=replace(cadence, days=days))


async def change_cadence(
    session: AsyncSession,
    series: Series,
    cadence: str,
    author: Author,
    *,
    zone: str,
    office: Office,
    usual: time,
    event: date | None,
) -> tuple[Understood, list[Occurrence]]:
    """Give a series another cadence; return how it is understood, and what stays.

    Its coming dates are computed again. A date that has a campaign or was moved by a
    person stays. Raises ScheduleError if the cadence cannot be read or has no date.
    """
    await guard.require(session, author.by, Right.SERIES)
    understood = words.understand(cadence, zone=zone, usual=usual)
    understood = _begun(understood, author.at, office, event)
    detail = {"cadence": [series.cadence, cadence]}
    series.cadence, series.zone = cadence, understood.cadence.zone
    series.rule = stored.dump(understood.cadence)
    series.event_day = event if understood.cadence.days.event else None
    off = await renewing.recompute(session, series, office=office, now=author.at)
    await renewing.open_slots(session, series, office=office, now=author.at)
    kept = [each for each in off if each.campaign_id is not None]
    kind, name = DataKind.SERIES, series.name
    data_changes.record(session, kind, name, "edited", author, detail)
    return understood, kept


async def named(session: AsyncSession, name: str) -> Series:
    """Return a series by its name; raise NotFoundError if there is none."""
    series: Series | None = await session.scalar(
        select(Series).where(Series.name == name)
    )
    if series is None:
        raise NotFoundError(f"no series is called {name!r}", code="series.unknown")
    return series


async def numbered(session: AsyncSession, number: int) -> Series:
    """Return a series by its number; raise NotFoundError if there is none."""
    series: Series | None = (
        await session.get(Series, number) if number < 2**31 else None
    )
    if series is None:
        raise NotFoundError(f"no series has the number {number}", code="series.unknown")
    return series


async def slot_at(
    session: AsyncSession, series: Series, local: str
) -> Occurrence | None:
    """Return the slot of a series at a local time, such as 2027-05-04T10:00."""
    own = func.coalesce(Occurrence.moved_to, Occurrence.slot)
    found: Occurrence | None = await session.scalar(
        select(Occurrence)
        .where(Occurrence.series_id == series.id, own == local)
        .order_by(Occurrence.id.desc())
        .limit(1)
    )
    return found


async def slots_of(session: AsyncSession, series: Series) -> Sequence[Occurrence]:
    """Return the last and the coming dates of a series, in order."""
    rows = await session.scalars(
        select(Occurrence)
        .where(Occurrence.series_id == series.id)
        .order_by(Occurrence.due_at.desc())
        .limit(SHOWN)
    )
    return rows.all()[::-1]


async def leave_slots(session: AsyncSession, campaign_id: int) -> None:
    """Free the slots that wait for a campaign."""
    await session.execute(
        update(Occurrence)
        .where(Occurrence.campaign_id == campaign_id)
        .values(campaign_id=None)
    )
