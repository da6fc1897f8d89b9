"""Finds campaigns, locks them, and says what their rules are compiled with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.segments import compiler, vocabularies
from mailer.campaigns.models import Campaign
from mailer.errors import NotFoundError


async def get(session: AsyncSession, campaign_id: int) -> Campaign:
    """Return a campaign; raise UnknownError where there is none."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise NotFoundError(
            f"no campaign has the number {campaign_id}", code="campaign.unknown"
        )
    return campaign


async def lock(session: AsyncSession, campaign: Campaign) -> None:
    """Read a campaign as it is now; it stays so for the act that is decided on it."""
    await session.refresh(campaign, with_for_update=True)


async def context_of(
    session: AsyncSession, campaign: Campaign, *, now: datetime
) -> compiler.Context:
    """Return what the campaign's rules are asked in."""
    return compiler.Context(
        vocabulary=await vocabularies.load(session),
        today=now.date(),
        themes=tuple(campaign.themes),
        topic=campaign.topic,
    )


async def listed(session: AsyncSession) -> Sequence[Campaign]:
    """Return all campaigns, newest first."""
    found = await session.scalars(select(Campaign).order_by(Campaign.id.desc()))
    return found.all()
