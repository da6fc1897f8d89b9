"""Series: recurring mailings, with their cadences and slots."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.models import Occurrence, Series
from mailer.errors import NotFoundError, RefusedError
from scheduler import cadences, words

OPEN_SLOTS = 3  # how many future slots a series has


async def listed(session: AsyncSession) -> Sequence[tuple[Series, Occurrence | None]]:
    """Return every series with each of its slots; a series without slots with None."""
    rows = await session.execute(
        select(Series, Occurrence)
        .outerjoin(Occurrence, Occurrence.series_id == Series.id)
        .order_by(Series.name, Occurrence.due_at)
    )
    return [(series, occurrence) for series, occurrence in rows]


async def add(
    session: AsyncSession, name: str, cadence: str, *, zone: str, now: datetime
) -> Series:
    """Store a series and its first slots.

    Raises ScheduleError if the cadence cannot be read, RefusedError if the name exists.
    """
    parsed = words.parse(cadence, zone=zone)
    if await session.scalar(select(Series.id).where(Series.name == name)):
        raise RefusedError(f"there is a series called {name} already")
    series = Series(name=name, cadence=cadence, zone=parsed.zone, created_at=now)
    session.add(series)
    await session.flush()
    await open_slots(session, series, now=now)
    return series


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


async def open_slots(session: AsyncSession, series: Series, *, now: datetime) -> None:
    """Create the next slots of a series that do not exist yet."""
    cadence = words.parse(series.cadence, zone=series.zone)
    known = set(
        await session.scalars(
            select(Occurrence.slot).where(Occurrence.series_id == series.id)
        )
    )
    coming = cadences.slots_after(cadence, now)
    for _ in range(OPEN_SLOTS):
        slot = next(coming)
        local = f"{slot.local:%Y-%m-%dT%H:%M}"
        if local not in known:
            session.add(
                Occurrence(series_id=series.id, slot=local, due_at=slot.instant)
            )
    await session.flush()
