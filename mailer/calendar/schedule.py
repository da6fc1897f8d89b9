"""When a campaign goes: at an instant, or in the next open slot of a series."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import acts, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, refuse_unless
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.errors import NotFoundError, RefusedError
from scheduler import cadences, words

OPEN_SLOTS = 3  # occurrences of a series that exist ahead of time


async def at(
    session: AsyncSession,
    campaign: Campaign,
    moment: datetime,
    *,
    by: str,
    now: datetime,
) -> None:
    """Let an approved campaign go at an instant to come, and at no other."""
    await lookup.lock(session, campaign)
    if campaign.state != CampaignState.SCHEDULED:
        refuse_unless(
            CampaignState(campaign.state), CampaignState.SCHEDULED, name=campaign.name
        )
    if moment <= now:
        raise RefusedError(
            f"{moment:%Y-%m-%d %H:%M %Z} has passed",
            code="time.passed",
            campaign=campaign.id,
        )
    await session.execute(
        update(Occurrence)
        .where(Occurrence.campaign_id == campaign.id)
        .values(campaign_id=None)
    )
    campaign.at = moment
    detail = {"at": moment.isoformat()}
    if campaign.state == CampaignState.SCHEDULED:
        acts.note(session, campaign, Act.SCHEDULED, by=by, now=now, detail=detail)
        return
    state = CampaignState.SCHEDULED
    acts.move(session, campaign, state, Act.SCHEDULED, by=by, now=now, detail=detail)


async def in_series(
    session: AsyncSession, campaign: Campaign, name: str, *, by: str, now: datetime
) -> Occurrence:
    """Let an approved campaign fill the next open slot of a series."""
    series = await named(session, name)
    await open_slots(session, series, now=now)
    slot = await session.scalar(
        select(Occurrence)
        .where(
            Occurrence.series_id == series.id,
            Occurrence.campaign_id.is_(None),
            Occurrence.outcome.is_(None),
            Occurrence.due_at > now,
        )
        .order_by(Occurrence.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if slot is None:
        raise RefusedError(f"every coming slot of {name} has its campaign already")
    await at(session, campaign, slot.due_at, by=by, now=now)
    slot.campaign_id = campaign.id
    return slot


async def add_series(
    session: AsyncSession, name: str, cadence: str, *, zone: str, now: datetime
) -> Series:
    """Store a series and its first slots; refuse a cadence that cannot be read."""
    understood = words.parse(cadence, zone=zone)
    if await session.scalar(select(Series.id).where(Series.name == name)):
        raise RefusedError(f"a series is called {name} already")
    series = Series(name=name, cadence=cadence, zone=understood.zone, created_at=now)
    session.add(series)
    await session.flush()
    await open_slots(session, series, now=now)
    return series


async def named(session: AsyncSession, name: str) -> Series:
    """Return a series by its name."""
    series: Series | None = await session.scalar(
        select(Series).where(Series.name == name)
    )
    if series is None:
        raise NotFoundError(f"no series is called {name!r}", code="series.unknown")
    return series


async def open_slots(session: AsyncSession, series: Series, *, now: datetime) -> None:
    """Make the next slots of a series exist; those that do are left alone."""
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
