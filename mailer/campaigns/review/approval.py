"""Approves campaigns: bound to a digest of content, audience and template.

A user who wrote any of the content cannot approve it, and an edit voids an approval. If
the campaign is scheduled, the approval holds for that time, else for any. An approval
may be renewed, for example after a change of the template; the state stays.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, exists, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments import named, resolve
from audiences.segments.compiler import Context
from mailer.campaigns import acts, lookup, references, users
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_arrow
from mailer.campaigns.models import (
    Approval,
    ApprovedReader,
    Campaign,
    CampaignEvent,
)
from mailer.campaigns.review import agreed
from mailer.errors import RefusedError

# states in which an approval may be renewed
RENEWABLE = (CampaignState.APPROVED, CampaignState.SCHEDULED, CampaignState.EXPIRED)


async def approve(
    session: AsyncSession,
    campaign: Campaign,
    *,
    by: str,
    templates: Path,
    context: Context,
    now: datetime,
) -> Approval:
    """Approve a campaign and store its present audience; only the gate calls this.

    Raises RefusedError if the state or the user does not allow it, NotFoundError if the
    user is unknown.
    """
    await lookup.lock(session, campaign)
    if campaign.state not in RENEWABLE:
        before, after = CampaignState(campaign.state), CampaignState.APPROVED
        require_arrow(before, after, name=campaign.name)
    await _require_approver(session, campaign, by)
    await references.assign_number(session, campaign)
    count = await _store_audience(session, campaign, context)
    segments = _segments(campaign, context)
    approval = Approval(
        campaign_id=campaign.id,
        by=by,
        at=now,
        digest=await agreed.digest(session, campaign, templates, segments),
        time=campaign.at if campaign.state == CampaignState.SCHEDULED else None,
        count=count,
        segments=segments,
    )
    session.add(approval)
    _record(session, campaign, approval)
    await session.flush()
    return approval


def _record(session: AsyncSession, campaign: Campaign, approval: Approval) -> None:
    """Record an approval as an act; a draft becomes approved."""
    by, at, act = approval.by, approval.at, Act.APPROVED
    detail = {"readers": approval.count, "digest": approval.digest}
    if campaign.state in RENEWABLE:
        acts.note(session, campaign, act, by=by, now=at, detail=detail)
    else:
        after = CampaignState.APPROVED
        acts.move(session, campaign, after, act, by=by, now=at, detail=detail)


async def _require_approver(session: AsyncSession, campaign: Campaign, by: str) -> None:
    """Raise if the user is unknown, is no approver, or wrote any of the content."""
    user = await users.named(session, by)
    if not user.approver:
        raise RefusedError(
            f"{by} may not approve campaigns", code="user.no_approver", user=by
        )
    if by == campaign.author or await _has_written(session, campaign, by):
        raise RefusedError(f"{by} wrote {campaign.name}; another user must approve it")


async def _has_written(session: AsyncSession, campaign: Campaign, user: str) -> bool:
    """Whether a user ever changed the content, also if others changed it later."""
    wrote = exists().where(
        CampaignEvent.campaign_id == campaign.id,
        CampaignEvent.by == user,
        CampaignEvent.act.in_([act for act in Act if act.changes_content]),
    )
    return bool(await session.scalar(select(wrote)))


def _segments(campaign: Campaign, context: Context) -> dict[str, str]:
    """Return the saved segments that the campaign's rules need, name → rule."""
    rules = (campaign.audience, *campaign.block_rules.values())
    return named.named_in((*rules, *campaign.block_firsts.values()), context.vocabulary)


async def _store_audience(
    session: AsyncSession, campaign: Campaign, context: Context
) -> int:
    """Store the readers that a campaign has now; return how many there are."""
    await session.execute(
        delete(ApprovedReader).where(ApprovedReader.campaign_id == campaign.id)
    )
    columns = (literal(campaign.id), Contact.id)
    for via in context.memberships:
        chosen = resolve.audience(campaign.audience, context, *columns, via=via).where(
            resolve.reason(campaign.topic).is_(None)
        )
        await session.execute(
            insert(ApprovedReader).from_select(["campaign_id", "contact_id"], chosen)
        )
    # not every driver says how many rows such an insert wrote
    count = select(func.count()).where(ApprovedReader.campaign_id == campaign.id)
    return await session.scalar(count) or 0


async def require(
    session: AsyncSession, campaign: Campaign, templates: Path
) -> Approval:
    """Return the approval of the campaign as it is now.

    Raises RefusedError if there is none, if anything it covers has changed, or if it is
    for another time.
    """
    approval = await lookup.current_approval(session, campaign)
    if approval is None:
        raise RefusedError(f"{campaign.name} has not been approved")
    if not await _covers(approval, session, campaign, templates):
        raise RefusedError(
            f"{campaign.name} or its template changed after {approval.by} approved it;"
            " it needs a new approval"
        )
    if approval.time is not None and approval.time != campaign.at:
        raise RefusedError(
            f"{approval.by} approved {campaign.name} for"
            f" {approval.time:%Y-%m-%d %H:%M} UTC",
            code="approval.other_time",
            campaign=campaign.id,
        )
    return approval


async def _covers(
    approval: Approval, session: AsyncSession, campaign: Campaign, templates: Path
) -> bool:
    """Whether an approval covers the campaign and its template as they are now."""
    segments = approval.segments
    if approval.digest == await agreed.digest(session, campaign, templates, segments):
        return True
    return segments is None and approval.digest == await agreed.former_digest(
        session, campaign, templates
    )
