"""Announces slots of series that nothing fills, or whose campaign would be refused.

A day before, an hour before, and after its time, such a slot is logged once and kept as
a row; the owner of its series gets a mail before and after.
"""

from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.calendar import notices, open_slots
from mailer.calendar.open_slots import AlertStage, OpenSlot
from mailer.calendar.showing.mails import NoticeKind
from mailer.campaigns import lookup
from mailer.campaigns.models import Occurrence, Series
from mailer.campaigns.review import approval, audience_guard, gate
from mailer.campaigns.slot_models import SlotAlert
from mailer.errors import MailerError
from mailer.sites.site import Site

log = structlog.get_logger()


async def announce(site: Site, *, now: datetime) -> list[OpenSlot]:
    """Record and log each slot that is to be announced now, once for each stage."""
    announced = []
    async with site.database.reading() as session:
        slots = await open_slots.near(session, now)
        noted = {
            (each.occurrence_id, each.stage): each.reason
            for each in await open_slots.alerts_of(session, slots)
        }
    for slot in slots:
        known = noted.get((slot.number, slot.stage))
        if known or (known == "" and not slot.reason):
            continue
        found = slot
        if not slot.reason and slot.campaign is not None:
            found = replace(slot, reason=await _refusal(site, slot.campaign, now))
        if await _note(site, found, now) and found.reason:
            announced.append(found)
            if found.stage is not AlertStage.MISSED:  # which the tick logs
                log.warning(
                    "slot.open",
                    series=found.series,
                    slot=found.slot,
                    campaign=found.campaign,
                    stage=found.stage,
                    reason=found.reason,
                )
    return announced


async def _refusal(site: Site, campaign_id: int, now: datetime) -> str:
    """Return why the release of a scheduled campaign would be refused; else ""."""
    try:
        async with site.database.reading() as session:
            campaign = await lookup.get(session, campaign_id)
            at = campaign.at or now
            await approval.require(session, site, campaign, at=at)
            context = await lookup.context_of(session, campaign, now=now)
            await audience_guard.require(session, site, campaign, context)
        await gate.require_sendable(site, campaign_id, at=at)
    except (MailerError, AudienceError) as fault:
        return f"its campaign {campaign_id} would be refused: {fault}"
    return ""


async def _note(site: Site, slot: OpenSlot, now: datetime) -> bool:
    """Keep an alert; return False if another process has made the same."""
    async with site.database.writing() as session:
        # locked, so that two tickers announce it once
        await session.get(Occurrence, slot.number, with_for_update=True)
        kept = await session.get(SlotAlert, (slot.number, slot.stage))
        if kept is not None and kept.reason == slot.reason:
            return False
        if kept is None:
            kept = SlotAlert(occurrence_id=slot.number, stage=slot.stage)
            session.add(kept)
        kept.reason, kept.at = slot.reason, now
        if slot.reason:
            await _notify(session, site, slot, now)
        return True


async def _notify(
    session: AsyncSession, site: Site, slot: OpenSlot, now: datetime
) -> None:
    """Plan a mail to the owner of the series, and before its time to approvers."""
    row = await session.execute(
        select(Occurrence, Series)
        .join(Series, Series.id == Occurrence.series_id)
        .where(Occurrence.id == slot.number)
    )
    occurrence, series = row.one()
    missed = slot.stage is AlertStage.MISSED
    kind = NoticeKind.MISSED if missed else NoticeKind.BEFORE
    owner = [series.owner] if series.owner else []
    await notices.add(session, occurrence, kind, owner, now)
    if owner and not missed:
        await notices.plan(session, site, series, occurrence, now=now)
