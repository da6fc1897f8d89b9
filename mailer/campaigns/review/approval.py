"""Approval: bound to a digest of content, audience and template; never the author's.

Any edit voids it. A time that was set when it was given is part of it; where none
was, the approver leaves the hour to whoever schedules. It is renewed where its template
or its time changed: the campaign then stays where it stands.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, exists, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.segments import resolve
from audiences.segments.compiler import Context
from mailer.campaigns import acts, lookup, references
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, refuse_unless
from mailer.campaigns.models import (
    Approval,
    ApprovedReader,
    Campaign,
    CampaignEvent,
    User,
)
from mailer.campaigns.review import agreed
from mailer.errors import NotFoundError, RefusedError

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
    """Approve a campaign and freeze its audience as it is now; the gate calls this."""
    await lookup.lock(session, campaign)
    renewed = campaign.state in RENEWABLE
    if not renewed:
        refuse_unless(
            CampaignState(campaign.state), CampaignState.APPROVED, name=campaign.name
        )
    await _refuse_approver(session, campaign, by)
    await references.take(session, campaign)
    count = await _freeze(session, campaign, context)
    given = Approval(
        campaign_id=campaign.id,
        by=by,
        at=now,
        digest=await agreed.digest(session, campaign, templates),
        time=campaign.at,
        count=count,
    )
    session.add(given)
    detail = {"readers": given.count, "digest": given.digest}
    if renewed:
        acts.note(session, campaign, Act.APPROVED, by=by, now=now, detail=detail)
    else:
        approved = CampaignState.APPROVED
        acts.move(
            session, campaign, approved, Act.APPROVED, by=by, now=now, detail=detail
        )
    await session.flush()
    return given


async def _refuse_approver(session: AsyncSession, campaign: Campaign, by: str) -> None:
    """Refuse who is nobody's approver, or wrote any of it."""
    user = await session.get(User, by)
    if user is None:
        raise NotFoundError(f"no user is called {by!r}", code="user.unknown", user=by)
    if not user.approver:
        raise RefusedError(
            f"{by} may not approve campaigns", code="user.no_approver", user=by
        )
    if by == campaign.author or await _has_written(session, campaign, by):
        raise RefusedError(f"{by} wrote {campaign.name}; somebody else must approve it")


async def _has_written(session: AsyncSession, campaign: Campaign, user: str) -> bool:
    """Whether a user wrote any of a campaign, also where others wrote after them."""
    wrote = exists().where(
        CampaignEvent.campaign_id == campaign.id,
        CampaignEvent.by == user,
        CampaignEvent.act.in_([act for act in Act if act.puts_words]),
    )
    return bool(await session.scalar(select(wrote)))


async def _freeze(session: AsyncSession, campaign: Campaign, context: Context) -> int:
    await session.execute(
        delete(ApprovedReader).where(ApprovedReader.campaign_id == campaign.id)
    )
    chosen = resolve.audience(
        campaign.audience, context, literal(campaign.id), Contact.id
    ).where(resolve.reason(campaign.topic).is_(None))
    frozen = await session.execute(
        insert(ApprovedReader).from_select(["campaign_id", "contact_id"], chosen)
    )
    return int(getattr(frozen, "rowcount", 0))


async def standing(session: AsyncSession, campaign: Campaign) -> Approval | None:
    """Return the approval that holds, if one does."""
    found: Approval | None = await session.scalar(
        select(Approval)
        .where(Approval.campaign_id == campaign.id, Approval.voided_at.is_(None))
        .order_by(Approval.id.desc())
        .limit(1)
    )
    return found


async def require(
    session: AsyncSession, campaign: Campaign, templates: Path
) -> Approval:
    """Return the approval of exactly what stands here, or refuse."""
    given = await standing(session, campaign)
    if given is None:
        raise RefusedError(f"{campaign.name} has not been approved")
    if not await _holds(given, session, campaign, templates):
        raise RefusedError(
            f"{campaign.name} or its template changed after {given.by} approved it;"
            " it needs a new approval"
        )
    if given.time is not None and given.time != campaign.at:
        raise RefusedError(
            f"{given.by} approved {campaign.name} for {given.time:%Y-%m-%d %H:%M} UTC"
        )
    return given


async def _holds(
    given: Approval, session: AsyncSession, campaign: Campaign, templates: Path
) -> bool:
    """Whether what was approved is what stands here."""
    digests = (agreed.digest, agreed.former_digest)
    return given.digest in [
        await each(session, campaign, templates) for each in digests
    ]
