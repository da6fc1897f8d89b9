"""Makes, moves and drops the dates of a series that count from an event.

A scheduled campaign whose date moves was approved for the former time: it loses both,
and its owner gets a mail.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.calendar import leads, notices, renewing
from mailer.calendar.showing.mails import NoticeKind
from mailer.campaigns import control, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence, Series
from scheduler import slots
from scheduler.cadences import Cadence, Slot
from scheduler.office import Office

DROPPED = "dropped"  # by its event; a later letter about it may bring it back
log = structlog.get_logger()


async def make(
    session: AsyncSession,
    series: Series,
    campaign: Campaign,
    known: Mapping[int, Occurrence],
    wanted: Sequence[Slot | None],
    now: datetime,
) -> None:
    """Make the dates to come that follow a letter and are not known yet."""
    rows = [
        {
            "series_id": series.id,
            "slot": renewing.name_of(slot.local),
            "due_at": slot.instant,
            "attend_at": leads.first(series, slot.local),
            "follows": campaign.id,
            "step": step,
        }
        for step, slot in enumerate(wanted)
        if slot is not None and slot.instant > now and step not in known
    ]
    if rows:
        await session.execute(
            insert(session, Occurrence).values(rows).on_conflict_do_nothing()
        )


async def place(
    session: AsyncSession,
    series: Series,
    known: Mapping[int, Occurrence],
    wanted: Sequence[Slot | None],
    now: datetime,
) -> None:
    """Give open dates the times wanted by their steps; drop those that have none.

    A date that a person moved stays.
    """
    for step, each in known.items():
        slot = wanted[step] if step < len(wanted) else None
        if each.outcome == DROPPED and slot is not None and slot.instant > now:
            await _revive(session, each, slot)
    open_ones = {
        step: each
        for step, each in known.items()
        if each.outcome is None and each.due_at > now and each.moved_to is None
    }
    moving: dict[int, tuple[Occurrence, Slot]] = {}
    for step, occurrence in open_ones.items():
        slot = wanted[step] if step < len(wanted) else None
        if slot is None or slot.instant <= now:
            await _drop(session, series, occurrence, now)
        elif renewing.name_of(slot.local) != occurrence.slot:
            moving[step] = occurrence, slot
        elif slot.instant != occurrence.due_at:
            instant = slot.instant
            await renewing.change_instant(session, series, occurrence, instant, now)
    for occurrence, _ in moving.values():
        # dates of one letter may change places: none is where another still is
        occurrence.slot = f"~{occurrence.id}"
    await session.flush()
    for occurrence, slot in moving.values():
        await _place(session, series, occurrence, slot, now)


async def _place(
    session: AsyncSession,
    series: Series,
    occurrence: Occurrence,
    slot: Slot,
    now: datetime,
) -> None:
    """Give a date its new time. A campaign that was scheduled needs a new approval."""
    name = renewing.name_of(slot.local)
    taken = select(Occurrence.id).where(
        Occurrence.series_id == series.id, Occurrence.slot == name
    )
    if await session.scalar(taken) is not None:
        await _drop(session, series, occurrence, now)
        return
    occurrence.slot, occurrence.due_at = name, slot.instant
    occurrence.attend_at = leads.after_move(series, occurrence, now)
    await notices.forget_warnings(session, occurrence)
    await _unschedule(session, occurrence, now)
    log.warning("slot.event_moved", series=series.name, slot=name)
    await _tell(session, series, occurrence, NoticeKind.MOVED, now)
    await session.flush()


async def _drop(
    session: AsyncSession, series: Series, occurrence: Occurrence, now: datetime
) -> None:
    """Drop a date that an event does not have any more; its draft stays a draft."""
    await _unschedule(session, occurrence, now)
    occurrence.outcome, occurrence.campaign_id = DROPPED, None
    occurrence.attend_at = None
    log.warning("slot.event_dropped", series=series.name, slot=occurrence.slot)
    await _tell(session, series, occurrence, NoticeKind.DROPPED, now)
    await session.flush()


async def _revive(session: AsyncSession, occurrence: Occurrence, slot: Slot) -> None:
    """Open a dropped date again, with its draft if that is still one."""
    occurrence.outcome, occurrence.due_at = None, slot.instant
    occurrence.slot = f"~{occurrence.id}"  # so that it is placed, and announced
    draft = None
    if occurrence.draft_id is not None:
        draft = await session.get(Campaign, occurrence.draft_id)
    if draft is not None and draft.state == CampaignState.DRAFT:
        occurrence.campaign_id = draft.id
    else:
        occurrence.draft_id = None
    await session.flush()


async def _unschedule(
    session: AsyncSession, occurrence: Occurrence, now: datetime
) -> None:
    """Take the time and the approval of a date's campaign away."""
    if occurrence.campaign_id is None:
        return
    campaign = await lookup.get(session, occurrence.campaign_id)
    if campaign.state == CampaignState.SCHEDULED:
        await control.void(
            *(session, campaign, Act.UNSCHEDULED),
            by="ticker",
            now=now,
            because="the event that its date counts from has moved",
        )


async def tell_of_gone(
    session: AsyncSession,
    series: Series,
    known: Mapping[int, Occurrence],
    wanted: Sequence[Slot | None],
    now: datetime,
) -> None:
    """Tell the owner of letters that went with the former days of the event."""
    for step, occurrence in known.items():
        slot = wanted[step] if step < len(wanted) else None
        same = slot is not None and renewing.name_of(slot.local) == occurrence.slot
        if occurrence.outcome == "released" and not same:
            log.warning(
                "event.moved_after_letter",
                series=series.name,
                campaign=occurrence.campaign_id,
            )
            await _tell(session, series, occurrence, NoticeKind.WENT, now)


async def _tell(
    session: AsyncSession,
    series: Series,
    occurrence: Occurrence,
    kind: NoticeKind,
    now: datetime,
) -> None:
    """Plan a mail to the owner, and to who had a mail with the former date."""
    asked = set(await notices.asked(session, occurrence))
    await notices.forget(session, occurrence, kind)
    users = sorted(asked | ({series.owner} if series.owner else set()))
    await notices.add(session, occurrence, kind, users, now)


def counted(series: Series) -> tuple[Cadence, date] | None:
    """Return the cadence of a series and the day it counts from; None: it has none."""
    day = series.event_day
    return None if day is None else (renewing.cadence_of(series), day)


async def move_event(
    session: AsyncSession,
    series: Series,
    former: tuple[Cadence, date] | None,
    *,
    office: Office,
    now: datetime,
) -> list[Occurrence]:
    """Move the dates of a series with its event; return those whose letters went.

    Nothing moves where the cadence is another, or the event was over.
    """
    present = counted(series)
    if former is None or present is None or former == present:
        return []
    if former[0] != present[0] or former[1] < now.date():
        return []
    before, after = (
        slots.from_event(cadence, day, day, office=office)
        for cadence, day in (former, present)
    )
    names = [None if each is None else renewing.name_of(each.local) for each in before]
    rows = await session.scalars(
        select(Occurrence).where(
            Occurrence.series_id == series.id,
            Occurrence.slot.in_([each for each in names if each]),
        )
    )
    known = {names.index(each.slot): each for each in rows}
    await place(session, series, known, after, now)
    await tell_of_gone(session, series, known, after, now)
    return [each for each in known.values() if each.outcome == "released"]
