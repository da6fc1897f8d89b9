"""Announces slots of series that nothing fills, or whose campaign would be refused.

A day before, an hour before, and after its time, such a slot is logged once and kept as
a row, which a mail to the owner of the series can use.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence, Series, SlotAlert
from mailer.campaigns.review import approval, audience_guard, gate
from mailer.errors import MailerError
from mailer.sites.site import Site

log = structlog.get_logger()
REMEMBERED = timedelta(days=7)  # for how long a missed slot is shown


class AlertStage(StrEnum):
    """When a slot is announced."""

    DAY = "day"
    HOUR = "hour"
    MISSED = "missed"


AHEAD = {AlertStage.DAY: timedelta(days=1), AlertStage.HOUR: timedelta(hours=1)}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSlot:
    """A slot that no letter fills, and why."""

    number: int
    series: str
    slot: str  # local time
    zone: str
    campaign: int | None
    stage: AlertStage
    reason: str  # empty: nothing is known against its campaign

    @property
    def sentence(self) -> str:
        """Return the slot, and why no letter fills it."""
        when = f"{self.slot.replace('T', ' ')} {self.zone} of {self.series}"
        if self.stage is AlertStage.MISSED:
            return f"the slot {when} has passed without a letter: {self.reason}"
        return f"the slot {when} is not filled: {self.reason}"


async def announce(site: Site, *, now: datetime) -> list[OpenSlot]:
    """Record and log each slot that is to be announced now, once for each stage."""
    announced = []
    async with site.database.reading() as session:
        slots = await _slots(session, now)
        noted = {
            (each.occurrence_id, each.stage): each.reason
            for each in await _alerts(session, slots)
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


async def shown(session: AsyncSession, *, now: datetime) -> list[OpenSlot]:
    """Return the slots of the coming day that nothing fills, and those just missed."""
    slots = await _slots(session, now)
    alerts = await _alerts(session, slots)
    reasons = {each.occurrence_id: each.reason for each in alerts}
    known = [
        replace(each, reason=each.reason or reasons.get(each.number, ""))
        for each in slots
    ]
    return [each for each in known if each.reason]


async def _slots(session: AsyncSession, now: datetime) -> list[OpenSlot]:
    """Return the slots of the coming day, and those missed in the last week."""
    rows = await session.execute(
        select(Occurrence, Series, Campaign.state)
        .join(Series, Series.id == Occurrence.series_id)
        .outerjoin(Campaign, Campaign.id == Occurrence.campaign_id)
        .where(
            Occurrence.due_at > now - REMEMBERED,
            Occurrence.due_at <= now + AHEAD[AlertStage.DAY],
            Occurrence.outcome.is_distinct_from("released"),
        )
        .order_by(Occurrence.due_at, Occurrence.id)
    )
    return [
        OpenSlot(
            number=occurrence.id,
            series=series.name,
            slot=occurrence.slot,
            zone=series.zone,
            campaign=occurrence.campaign_id,
            stage=_stage(occurrence, now),
            reason=_reason(occurrence, state),
        )
        for occurrence, series, state in rows
        if occurrence.due_at > now or occurrence.outcome is not None
    ]


def _stage(occurrence: Occurrence, now: datetime) -> AlertStage:
    if occurrence.outcome is not None:
        return AlertStage.MISSED
    return (
        AlertStage.HOUR
        if occurrence.due_at <= now + AHEAD[AlertStage.HOUR]
        else AlertStage.DAY
    )


def _reason(occurrence: Occurrence, state: str | None) -> str:
    """Return why a slot is open, without looking into its campaign."""
    if state is None:
        return "it has no campaign"
    if state != CampaignState.SCHEDULED:
        return f"its campaign {occurrence.campaign_id} is {state}"
    return ""


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


async def _alerts(
    session: AsyncSession, slots: Sequence[OpenSlot]
) -> Sequence[SlotAlert]:
    """Return the alerts of some slots in the order in which they were made."""
    alerts = await session.scalars(
        select(SlotAlert)
        .where(SlotAlert.occurrence_id.in_([each.number for each in slots]))
        .order_by(SlotAlert.at)
    )
    return alerts.all()


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
        return True
