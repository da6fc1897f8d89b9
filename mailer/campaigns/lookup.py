"""Finds and locks campaigns, and makes the context of their rules."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.segments import compiler, vocabularies
from mailer.campaigns.models import Campaign
from mailer.errors import NotFoundError


async def get(session: AsyncSession, campaign_id: int) -> Campaign:
    """Return a campaign; raise NotFoundError if none has this number."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFoundError(
            f"no campaign has the number {campaign_id}", code="campaign.unknown"
        )
    return campaign


async def lock(session: AsyncSession, campaign: Campaign) -> None:
    """Read a campaign again and lock its row until the end of the transaction."""
    await session.refresh(campaign, with_for_update=True)


async def context_of(
    session: AsyncSession, campaign: Campaign, *, now: datetime
) -> compiler.Context:
    """Return the context in which the campaign's rules are compiled."""
    return compiler.Context(
        vocabulary=await vocabularies.load(session),
        today=now.date(),
        themes=tuple(campaign.themes),
        topic=campaign.topic,
    )


async def listed(session: AsyncSession) -> Sequence[Campaign]:
    """Return all campaigns, newest first."""
    campaigns = await session.scalars(select(Campaign).order_by(Campaign.id.desc()))
    return campaigns.all()
