"""Pause, resume, cancel and hold: acts that stop a campaign, or let it go on.

They take effect at the mark: once one of them has committed, nothing new is marked.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import acts, lookup
from mailer.campaigns.campaign_states import CampaignState, refuse_unless
from mailer.campaigns.models import Approval, Campaign
from mailer.errors import RefusedError
from mailer.store import locks


async def pause(
    session: AsyncSession, campaign_id: int, *, by: str, because: str, now: datetime
) -> bool:
    """Stop sending, keeping what waits; say whether it was being sent."""
    await locks.before_claims(session)
    move = (CampaignState.SENDING, CampaignState.PAUSED)
    return await _stop(
        session, campaign_id, move, by=by, act="paused", because=because, now=now
    )


async def resume(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> None:
    """Go on sending a paused campaign."""
    await lookup.lock(session, campaign)
    if (
        campaign.state != CampaignState.PAUSED
    ):  # what was never released has no messages
        raise RefusedError(f"{campaign.name} is {campaign.state}, not paused")
    campaign.state = CampaignState.SENDING
    campaign.stopped_because = None
    campaign.updated_at = now
    acts.note(session, campaign, by=by, act="resumed", now=now)


async def cancel(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> None:
    """End a campaign; its unmarked messages are settled by the caller."""
    await locks.before_claims(session)
    await lookup.lock(session, campaign)
    refuse_unless(
        CampaignState(campaign.state), CampaignState.CANCELLED, name=campaign.name
    )
    campaign.state = CampaignState.CANCELLED
    campaign.updated_at = now
    acts.note(session, campaign, by=by, act="cancelled", now=now)


async def expire(
    session: AsyncSession, campaign_id: int, *, because: str, now: datetime
) -> bool:
    """Put a campaign that could not go at its time before a person; False if it has."""
    move = (CampaignState.SCHEDULED, CampaignState.EXPIRED)
    return await _stop(
        session, campaign_id, move, by="ticker", act="expired", because=because, now=now
    )


async def _stop(
    session: AsyncSession,
    campaign_id: int,
    move: tuple[CampaignState, CampaignState],
    *,
    by: str,
    act: str,
    because: str,
    now: datetime,
) -> bool:
    """Move a campaign from one state to another and note why, if it is in the first."""
    before, after = move
    stopped = await session.scalar(
        update(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state == before)
        .values(state=after, stopped_because=because, updated_at=now)
        .returning(Campaign.id)
        .execution_options(synchronize_session=False)
    )
    if stopped is None:
        return False
    campaign = await lookup.get(session, campaign_id)
    detail = {"because": because}
    acts.note(session, campaign, by=by, act=act, now=now, detail=detail)
    return True


async def void(session: AsyncSession, campaign: Campaign, *, now: datetime) -> None:
    """Take back what was approved, because it is no longer what stands here."""
    campaign.state = CampaignState.DRAFT
    await session.execute(
        update(Approval)
        .where(Approval.campaign_id == campaign.id, Approval.voided_at.is_(None))
        .values(voided_at=now)
    )
