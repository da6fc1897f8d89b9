"""Makes the next slots of series, and moves slots whose instant has changed.

Slots are local times. New versions of the tz database or of the holidays, or other
closed days of the office, change when they fall; the first tick of a process looks.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

import structlog
from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.calendar import leads
from mailer.campaigns import acts, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence, Series
from scheduler import slots, stored, words, zones
from scheduler.cadences import Cadence, Slot
from scheduler.errors import ScheduleError
from scheduler.instants import instant_of
from scheduler.office import Office
from scheduler.words import Understood

OPEN_SLOTS = 3  # how many future slots a series has
log = structlog.get_logger()


def cadence_of(series: Series) -> Cadence:
    """Return the cadence of a series; raise ScheduleError if it cannot be read."""
    if series.rule is not None:
        return stored.load(series.rule)
    return words.parse(series.cadence, zone=series.zone)


def understood(series: Series) -> Understood:
    """Return the cadence of a series, to be said in the language of its author."""
    written = words.understand(series.cadence, zone=series.zone)
    return Understood(cadence=cadence_of(series), language=written.language)


def coming(series: Series, office: Office, after: datetime) -> list[Slot]:
    """Return the next slots of a series; [] once it has no more."""
    found = slots.slots_after(
        cadence_of(series), after, office=office, event=series.event_day
    )
    try:
        return list(islice(found, OPEN_SLOTS))
    except ScheduleError:
        if series.renew_at is None:  # it is new, or could not be read before
            raise
        return []


async def renew(
    session: AsyncSession, *, office: Office, now: datetime, every: bool
) -> None:
    """Make the slots that series lack; log a cadence that can no longer be read.

    With `every`, look at all series, and move slots whose instant has changed.
    """
    due = and_(Series.follows.is_(None), Series.follows_series.is_(None))
    if not every:
        due = and_(due, Series.renew_at <= now)
    for each in await session.scalars(select(Series).where(due).order_by(Series.id)):
        try:
            if every:
                for slot in await recompute(session, each, office=office, now=now):
                    log.warning(
                        "slot.off_cadence",
                        series=each.name,
                        slot=slot.slot,
                        campaign=slot.campaign_id,
                    )
            await open_slots(session, each, office=office, now=now)
        except ScheduleError as fault:
            log.warning("series.unreadable", series=each.name, reason=str(fault))


async def open_slots(
    session: AsyncSession, series: Series, *, office: Office, now: datetime
) -> None:
    """Create the next slots of a series that do not exist yet.

    One that follows letters gets them from their releases.
    """
    if series.follows_letters:
        series.renew_at = None
        return
    following = coming(series, office, now)
    series.renew_at = following[0].instant if following else None
    names = [name_of(each.local) for each in following]
    known = set(
        await session.scalars(
            select(Occurrence.slot).where(
                Occurrence.series_id == series.id, Occurrence.slot.in_(names)
            )
        )
    )
    rows = [
        {
            "series_id": series.id,
            "slot": name,
            "due_at": slot.instant,
            "attend_at": leads.first(series, slot.local),
        }
        for slot, name in zip(following, names, strict=True)
        if name not in known
    ]
    if rows:  # another ticker may make the same at the same moment
        await session.execute(
            insert(session, Occurrence).values(rows).on_conflict_do_nothing()
        )
    await session.flush()


def name_of(local: datetime) -> str:
    """Return the name of the slot at a local time: 2027-05-04T10:00."""
    return f"{local:%Y-%m-%dT%H:%M}"


async def recompute(
    session: AsyncSession, series: Series, *, office: Office, now: datetime
) -> list[Occurrence]:
    """Give the open slots of a series their instants as they are computed now.

    A slot that its cadence no longer has goes away, if no campaign fills it. Return
    all such slots.
    """
    off_cadence = []
    rows = await session.scalars(
        select(Occurrence).where(
            Occurrence.series_id == series.id,
            Occurrence.outcome.is_(None),
            Occurrence.due_at > now,
        )
    )
    open_ones = rows.all()
    zone = zones.named(cadence_of(series).zone)
    wanted = _wanted(series, open_ones, office, now)
    for each in open_ones:
        instant = instant_of(leads.local_of(each), zone)
        if instant != each.due_at:
            await change_instant(session, series, each, instant, now)
        if each.slot in wanted or each.moved_to is not None:
            continue
        off_cadence.append(each)
        if each.campaign_id is None:
            await session.delete(each)
    await session.flush()
    return off_cadence


def _wanted(
    series: Series, open_ones: Sequence[Occurrence], office: Office, now: datetime
) -> set[str]:
    """Return the slots that a cadence has now, up to the last one that is open."""
    last = max((each.slot for each in open_ones), default="")
    found = set()
    cadence = cadence_of(series)
    try:
        following = slots.slots_after(
            cadence, now, office=office, event=series.event_day
        )
        for slot in following:
            found.add(name_of(slot.local))
            if name_of(slot.local) >= last:
                break
    except ScheduleError:
        return found  # it has no more dates
    return found


async def change_instant(
    session: AsyncSession,
    series: Series,
    occurrence: Occurrence,
    instant: datetime,
    now: datetime,
) -> None:
    """Give a slot another instant, and its campaign with its approval the same."""
    before = occurrence.due_at
    log.warning(
        "slot.moved",
        series=series.name,
        slot=occurrence.slot,
        before=before.isoformat(),
        after=instant.isoformat(),
    )
    occurrence.due_at = instant
    if occurrence.campaign_id is None:
        return
    campaign = await session.get(Campaign, occurrence.campaign_id)
    if campaign is None or campaign.state != CampaignState.SCHEDULED:
        return
    approval = await lookup.current_approval(session, campaign)
    if approval is not None and approval.time == campaign.at:
        approval.time = instant
    campaign.at = instant
    detail = {"at": instant.isoformat(), "before": before.isoformat()}
    acts.note(session, campaign, Act.SCHEDULED, by="ticker", now=now, detail=detail)
