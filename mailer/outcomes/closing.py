"""Ends what is over: uncertainty by policy, what came too late, campaigns done.

Every move is compare-and-set; of a campaign that is over nothing is sent again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import Message, ReleasePlan
from mailer.outcomes import record
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
        update(Message)
        .where(which, Message.state == MessageState.UNCERTAIN, Message.due_at <= now)
        .values(state=target, worker_id=None, due_at=now if again else None)
        .returning(Message.id)
        .execution_options(**record.NO_SYNC)
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


async def cancel(session: AsyncSession, campaign_id: int, *, now: datetime) -> int:
    """Settle the unmarked messages of a cancelled campaign."""
    theirs = Message.campaign_id == campaign_id
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
        update(Message)
        .where(which, Message.due_at.is_not(None), Message.state.in_(CLAIMABLE))
        .values(state=state, settled_at=now, due_at=None)
        .returning(Message.id)
        .execution_options(**record.NO_SYNC)
    )
    return len(moved.all())


async def finish(session: AsyncSession, *, now: datetime) -> list[int]:
    """Finish every planned campaign none of whose messages is open any more."""
    mine = Message.campaign_id == Campaign.id
    over = (
        Campaign.state == CampaignState.SENDING,
        ~exists().where(ReleasePlan.campaign_id == Campaign.id),
        or_(Campaign.on_demand.is_(False), Campaign.expires_at <= now),
        ~exists().where(mine, Message.due_at.is_not(None)),
    )
    which = select(Campaign.id).where(*over)
    if (await session.scalars(which)).first() is None:
        return []
    await locks.before_claims(session)
    found = await session.scalars(which.with_for_update(skip_locked=True))
    # asked again under the lock: until it was given, one held may be sent again
    finished = await session.scalars(
        update(Campaign)
        .where(Campaign.id.in_(found.all()), *over)
        .values(state=CampaignState.FINISHED, updated_at=now)
        .returning(Campaign.id)
        .execution_options(**record.NO_SYNC)
    )
    return list(finished)
