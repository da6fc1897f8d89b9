"""Finds and locks campaigns, and makes the context of their rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.segments import compiler, vocabularies
from audiences.segments.saved import SavedSegment, latest
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import (
    Approval,
    Campaign,
    CampaignEvent,
    CampaignText,
)
from mailer.errors import NotFoundError, RefusedError


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


def require_seen(campaign: Campaign, seen: datetime) -> None:
    """Raise RefusedError unless a campaign was last changed at the instant `seen`."""
    if campaign.updated_at != seen:
        raise RefusedError(
            f"{campaign.name} was changed meanwhile; read the change, then decide"
            " again",
            code="campaign.changed",
            campaign=campaign.id,
        )


async def current_approval(
    session: AsyncSession, campaign: Campaign
) -> Approval | None:
    """Return the newest approval that is not voided; None if there is none."""
    approval: Approval | None = await session.scalar(
        select(Approval)
        .where(Approval.campaign_id == campaign.id, Approval.voided_at.is_(None))
        .order_by(Approval.id.desc())
        .limit(1)
    )
    return approval


async def segments_of(
    session: AsyncSession, campaign: Campaign, *, present: bool = False
) -> Mapping[str, str]:
    """Return the saved segments, name → rule, that the campaign's rules mean.

    They are those of its approval, if there is one. With `present` they are those that
    are saved now: for an edit, or another approval.
    """
    approval = None if present else await current_approval(session, campaign)
    if approval is not None and approval.segments is not None:
        return approval.segments
    saved = await session.execute(latest(SavedSegment.name, SavedSegment.rule))
    return {name: rule for name, rule in saved}


async def context_of(
    session: AsyncSession, campaign: Campaign, *, now: datetime, present: bool = False
) -> compiler.Context:
    """Return the context in which the campaign's rules are compiled.

    `present` is that of segments_of.
    """
    segments = await segments_of(session, campaign, present=present)
    return compiler.Context(
        vocabulary=replace(await vocabularies.load(session), segments=segments),
        today=now.date(),
        themes=tuple(campaign.themes),
        topic=campaign.topic,
    )


async def same_text(session: AsyncSession, campaign: Campaign) -> Sequence[Campaign]:
    """Return the other released campaigns with a text of this one, newest first."""
    own = aliased(CampaignText)
    same = (
        select(CampaignText.campaign_id)
        .join(own, own.text == CampaignText.text)
        .where(own.campaign_id == campaign.id)
    )
    campaigns = await session.scalars(
        select(Campaign)
        .where(
            Campaign.id.in_(same),
            Campaign.id != campaign.id,
            Campaign.released_at.is_not(None),
        )
        .order_by(Campaign.released_at.desc())
    )
    return campaigns.all()


async def listed(session: AsyncSession) -> Sequence[Campaign]:
    """Return all campaigns, newest first."""
    campaigns = await session.scalars(select(Campaign).order_by(Campaign.id.desc()))
    return campaigns.all()


async def names_of(
    session: AsyncSession, numbers: Collection[int]
) -> Mapping[int, str]:
    """Return the names of campaigns by number; one that is unknown is left out."""
    query = select(Campaign.id, Campaign.name).where(Campaign.id.in_(numbers))
    return {number: name for number, name in await session.execute(query)}


async def in_states(
    session: AsyncSession, states: Sequence[CampaignState], *, size: int
) -> Sequence[Campaign]:
    """Return the newest campaigns in some states."""
    query = select(Campaign).where(Campaign.state.in_(states))
    found = await session.scalars(query.order_by(Campaign.id.desc()).limit(size))
    return found.all()


async def next_to_leave(session: AsyncSession, *, size: int) -> Sequence[Campaign]:
    """Return the scheduled campaigns that leave first, those without a time before."""
    query = select(Campaign).where(Campaign.state == CampaignState.SCHEDULED)
    order = (Campaign.at.is_not(None), Campaign.at, Campaign.id)
    return (await session.scalars(query.order_by(*order).limit(size))).all()


async def page(
    session: AsyncSession,
    *,
    state: CampaignState | None,
    search: str,
    before: int | None,
    size: int,
) -> Sequence[Campaign]:
    """Return a page of campaigns, newest first: those with a number below `before`.

    `search` is part of the name or the reference, in any case of letters.
    """
    query = select(Campaign).order_by(Campaign.id.desc()).limit(size)
    if state is not None:
        query = query.where(Campaign.state == state)
    if before is not None:
        query = query.where(Campaign.id < before)
    if search:
        found = Campaign.name.icontains(search, autoescape=True)
        query = query.where(
            found | Campaign.reference.icontains(search, autoescape=True)
        )
    return (await session.scalars(query)).all()


async def events_of(
    session: AsyncSession, campaign: Campaign
) -> Sequence[CampaignEvent]:
    """Return what was done to a campaign, oldest first."""
    events = await session.scalars(
        select(CampaignEvent)
        .where(CampaignEvent.campaign_id == campaign.id)
        .order_by(CampaignEvent.id)
    )
    return events.all()
