"""Finds slots of series that nothing fills, or that were just missed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.slot_models import SlotAlert

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


async def shown(session: AsyncSession, *, now: datetime) -> list[OpenSlot]:
    """Return the slots of the coming day that nothing fills, and those just missed."""
    slots = await near(session, now)
    alerts = await alerts_of(session, slots)
    reasons = {each.occurrence_id: each.reason for each in alerts}
    known = [
        replace(each, reason=each.reason or reasons.get(each.number, ""))
        for each in slots
    ]
    return [each for each in known if each.reason]


async def near(session: AsyncSession, now: datetime) -> list[OpenSlot]:
    """Return the slots of the coming day, and those missed in the last week."""
    rows = await session.execute(
        select(Occurrence, Series, Campaign.state)
        .join(Series, Series.id == Occurrence.series_id)
        .outerjoin(Campaign, Campaign.id == Occurrence.campaign_id)
        .where(
            Occurrence.due_at > now - REMEMBERED,
            Occurrence.due_at <= now + AHEAD[AlertStage.DAY],
            or_(Occurrence.outcome.is_(None), Occurrence.outcome == "missed"),
        )
        .order_by(Occurrence.due_at, Occurrence.id)
    )
    return [
        OpenSlot(
            number=occurrence.id,
            series=series.name,
            slot=occurrence.moved_to or occurrence.slot,
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


async def alerts_of(
    session: AsyncSession, slots: Sequence[OpenSlot]
) -> Sequence[SlotAlert]:
    """Return the alerts of some slots in the order in which they were made."""
    alerts = await session.scalars(
        select(SlotAlert)
        .where(SlotAlert.occurrence_id.in_([each.number for each in slots]))
        .order_by(SlotAlert.at)
    )
    return alerts.all()
