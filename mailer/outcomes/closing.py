"""Ends what is over: uncertainty by policy, what came too late, campaigns done.

Every move is compare-and-set; of a campaign that is over nothing is sent again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import acts, lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import Message, ReleasePlan
from mailer.outcomes import moves, record
from mailer.store import locks

UNDER_WAY = (CampaignState.SENDING, CampaignState.PAUSED)


async def decide(
    session: AsyncSession, ids: Sequence[int], *, resend: bool, now: datetime
) -> None:
    """Apply the policy to uncertain messages whose wait for evidence is over."""
    target = MessageState.WAITING if resend else MessageState.HELD
    await _decide(session, target, Message.id.in_(ids), now=now)


async def _decide(
    session: AsyncSession,
    target: MessageState,
    which: ColumnElement[bool],
    *,
    now: datetime,
) -> None:
    again = target is MessageState.WAITING
    moved = await session.scalars(
        moves.moving((MessageState.UNCERTAIN,), target)
        .where(which, Message.due_at <= now)
        .values(worker_id=None, due_at=now if again else None)
        .returning(Message.id)
    )
    detail = "sent again by policy" if again else "held for a person"
    for number in moved.all():
        await record.event(session, number, target, detail, now=now)


async def settle_late(session: AsyncSession, *, now: datetime) -> None:
    """Settle what came back too late: its campaign's time is over, or its campaign.

    Nothing of it is sent again; what is uncertain is held for a person.
    """
    late = select(Campaign.id).where(
        Campaign.expires_at <= now, Campaign.state.in_(UNDER_WAY)
    )
    cancelled = select(Campaign.id).where(Campaign.state == CampaignState.CANCELLED)
    for campaigns, state in (
        (late, MessageState.EXPIRED),
        (cancelled, MessageState.CANCELLED),
    ):
        theirs = Message.campaign_id.in_(campaigns)
        await _end(session, state, theirs, now=now)
        await _decide(session, MessageState.HELD, theirs, now=now)


async def cancel(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> int:
    """End a campaign and settle its unmarked messages; return how many stay unsent."""
    await locks.lock_claims(session)
    await lookup.lock(session, campaign)
    acts.move(session, campaign, CampaignState.CANCELLED, Act.CANCELLED, by=by, now=now)
    await session.flush()
    theirs = Message.campaign_id == campaign.id
    return await _end(session, MessageState.CANCELLED, theirs, now=now)


async def _end(
    session: AsyncSession,
    state: MessageState,
    which: ColumnElement[bool],
    *,
    now: datetime,
) -> int:
    """Settle what waits unmarked; return how many."""
    moved = await session.scalars(
        moves.moving(CLAIMABLE, state)
        .where(which, Message.due_at.is_not(None))
        .values(settled_at=now, due_at=None)
        .returning(Message.id)
    )
    return len(moved.all())


async def finish(session: AsyncSession, *, now: datetime) -> list[int]:
    """Finish every campaign whose messages are all made and settled; return which."""
    mine = Message.campaign_id == Campaign.id
    over = (
        Campaign.state == CampaignState.SENDING,
        ~exists().where(ReleasePlan.campaign_id == Campaign.id),
        or_(Campaign.on_demand.is_(False), Campaign.expires_at <= now),
        ~exists().where(mine, Message.due_at.is_not(None)),
    )
    which = select(Campaign).where(*over)
    if (await session.scalars(which)).first() is None:
        return []
    await locks.lock_claims(session)
    locked = which.with_for_update(skip_locked=True)
    found = (
        await session.scalars(locked.execution_options(populate_existing=True))
    ).all()
    # asked again under the lock: before, a held message may have been sent again
    ids = [campaign.id for campaign in found]
    asked = select(Campaign.id).where(Campaign.id.in_(ids), *over)
    still = set(await session.scalars(asked))
    finished = CampaignState.FINISHED
    for campaign in found:
        if campaign.id in still:
            acts.move(session, campaign, finished, Act.FINISHED, by="delivery", now=now)
    return sorted(still)
