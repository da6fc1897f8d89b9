"""Ends messages and campaigns: uncertain messages by policy, late messages, campaigns.

Each change is compare-and-set. No message of a campaign that has ended is sent again.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import acts, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import Message, ReleasePlan
from mailer.outcomes import faults, moves, record
from mailer.store import locks
from mailer.users.acts import Right

UNDER_WAY = (CampaignState.SENDING, CampaignState.PAUSED)  # released and not ended


async def decide(
    session: AsyncSession, ids: Sequence[int], *, resend: bool, now: datetime
) -> None:
    """Apply the policy to uncertain messages: send them again, or hold them.

    Messages whose wait for evidence is not over stay as they are.
    """
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
        moves.transition((MessageState.UNCERTAIN,), target)
        .where(which, Message.due_at <= now)
        .values(worker_id=None, due_at=now if again else None)
        .returning(Message.id)
    )
    detail = "sent again by policy" if again else "held for a person"
    for number in moved.all():
        await record.add_event(session, number, target, detail, now=now)


async def end_late(session: AsyncSession, *, now: datetime) -> None:
    """End the waiting messages of campaigns that are too late or cancelled.

    Uncertain messages of these campaigns are held for a person.
    """
    late = select(Campaign.id).where(
        Campaign.expires_at <= now, Campaign.state.in_(UNDER_WAY)
    )
    cancelled = select(Campaign.id).where(Campaign.state == CampaignState.CANCELLED)
    for campaigns, state in (
        (late, MessageState.EXPIRED),
        (cancelled, MessageState.CANCELLED),
    ):
        of_campaigns = Message.campaign_id.in_(campaigns)
        await _end(session, state, of_campaigns, now=now)
        await _decide(session, MessageState.HELD, of_campaigns, now=now)


async def cancel(
    session: AsyncSession, campaign: Campaign, *, by: str, now: datetime
) -> int:
    """Cancel a campaign and its unmarked messages; return how many stay unsent."""
    await locks.lock_claims(session)
    await lookup.lock(session, campaign)
    await permission.require(session, campaign, Right.SEND, by=by)
    acts.move(session, campaign, CampaignState.CANCELLED, Act.CANCELLED, by=by, now=now)
    await session.execute(
        update(Occurrence)  # its slot is free again
        .where(Occurrence.campaign_id == campaign.id, Occurrence.outcome.is_(None))
        .values(campaign_id=None)
    )
    await session.flush()
    of_campaign = Message.campaign_id == campaign.id
    return await _end(session, MessageState.CANCELLED, of_campaign, now=now)


async def _end(
    session: AsyncSession,
    state: MessageState,
    which: ColumnElement[bool],
    *,
    now: datetime,
) -> int:
    """Give unmarked messages that wait their final state; return how many."""
    moved = await session.scalars(
        moves.transition(CLAIMABLE, state)
        .where(which, Message.due_at.is_not(None))
        .values(settled_at=now, due_at=None)
        .returning(Message.id)
    )
    return len(moved.all())


async def finish(session: AsyncSession, *, now: datetime) -> list[int]:
    """Finish each campaign whose messages are all made and settled.

    Return the numbers of these campaigns. A campaign whose messages failed alike is
    paused instead. Readers whose mailboxes are proven gone are suppressed.
    """
    of_campaign = Message.campaign_id == Campaign.id
    is_done = (
        Campaign.state == CampaignState.SENDING,
        ~exists().where(ReleasePlan.campaign_id == Campaign.id),
        or_(Campaign.on_demand.is_(False), Campaign.expires_at <= now),
        ~exists().where(of_campaign, Message.due_at.is_not(None)),
    )
    query = select(Campaign).where(*is_done)
    if (await session.scalars(query)).first() is None:
        return []
    await locks.lock_claims(session)
    locked = query.with_for_update(skip_locked=True)
    campaigns = (
        await session.scalars(locked.execution_options(populate_existing=True))
    ).all()
    # ask again under the lock: a held message may have been released since
    ids = [campaign.id for campaign in campaigns]
    still_done = select(Campaign.id).where(Campaign.id.in_(ids), *is_done)
    done = set(await session.scalars(still_done))
    finished = CampaignState.FINISHED
    for campaign in campaigns:
        if campaign.id not in done:
            continue
        because = await faults.judge(session, campaign.id, ended=True)
        if because is None:
            acts.move(session, campaign, finished, Act.FINISHED, by="delivery", now=now)
        else:
            done.remove(campaign.id)
            await faults.pause(session, campaign.id, because=because, now=now)
    await faults.suppress_proven(session, done, now=now)
    return sorted(done)
