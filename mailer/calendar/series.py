"""Series: recurring mailings, with their cadences and slots."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.calendar import renewing
from mailer.campaigns.models import Occurrence, Series
from mailer.errors import NotFoundError, RefusedError
from mailer.store import site_events
from mailer.users import guard
from mailer.users.acts import Right
from scheduler import slots, stored, words
from scheduler.office import ALWAYS_SAME, Office
from scheduler.words import Understood


async def listed(session: AsyncSession) -> Sequence[tuple[Series, Occurrence | None]]:
    """Return every series with each of its slots; a series without slots with None."""
    rows = await session.execute(
        select(Series, Occurrence)
        .outerjoin(Occurrence, Occurrence.series_id == Series.id)
        .order_by(Series.name, Occurrence.due_at)
    )
    return [(series, occurrence) for series, occurrence in rows]


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
    _record(session, series, by=by, now=now)
    return series, understood


def _record(session: AsyncSession, series: Series, *, by: str, now: datetime) -> None:
    detail = {"cadence": series.cadence, "zone": series.zone}
    about = f"series {series.name}"[:120]
    site_events.record(session, "added", about, by=by, now=now, detail=detail)


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


async def named(session: AsyncSession, name: str) -> Series:
    """Return a series by its name; raise NotFoundError if there is none."""
    series: Series | None = await session.scalar(
        select(Series).where(Series.name == name)
    )
    if series is None:
        raise NotFoundError(f"no series is called {name!r}", code="series.unknown")
    return series


async def leave_slots(session: AsyncSession, campaign_id: int) -> None:
    """Free the slots that wait for a campaign."""
    await session.execute(
        update(Occurrence)
        .where(Occurrence.campaign_id == campaign_id)
        .values(campaign_id=None)
    )
