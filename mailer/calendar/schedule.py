"""Schedules campaigns, at an instant or in the next open slot of a series."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.calendar import series
from mailer.campaigns import acts, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_arrow
from mailer.campaigns.models import Campaign, Occurrence
from mailer.errors import RefusedError


async def at(
    session: AsyncSession,
    campaign: Campaign,
    moment: datetime,
    *,
    by: str,
    now: datetime,
) -> None:
    """Schedule an approved campaign at one instant; it leaves the slot it had.

    Raises RefusedError if the state does not allow it, or if the instant has passed.
    """
    await lookup.lock(session, campaign)
    if campaign.state != CampaignState.SCHEDULED:
        require_arrow(
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
    """Schedule an approved campaign in the next open slot of a series; return the slot.

    Raises what `at` raises, NotFoundError if there is no such series, and RefusedError
    if it has no open slot.
    """
    wanted = await series.named(session, name)
    await series.open_slots(session, wanted, now=now)
    slot = await session.scalar(
        select(Occurrence)
        .where(
            Occurrence.series_id == wanted.id,
            Occurrence.campaign_id.is_(None),
            Occurrence.outcome.is_(None),
            Occurrence.due_at > now,
        )
        .order_by(Occurrence.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if slot is None:
        raise RefusedError(f"every open slot of {name} has a campaign already")
    await at(session, campaign, slot.due_at, by=by, now=now)
    slot.campaign_id = campaign.id
    return slot
