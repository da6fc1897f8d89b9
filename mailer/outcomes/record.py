"""The one writer of what becomes of a message, from the mark on.

Every move is compare-and-set in its WHERE clause: told twice, it happens once; told by
a worker that lost its lease, it does not happen. The mark itself is in outcomes/mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.outbox.models import Message, MessageEvent
from mailer.outbox.states import OPEN, State

NO_SYNC = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one message."""

    message_id: int
    state: State
    reason: str | None = None
    reply: str | None = None
    due_at: datetime | None = None  # of the next attempt


async def move(
    session: AsyncSession, number: int, before: State, values: Mapping[str, Any]
) -> bool:
    """Change one message if it still is where it was; say whether it did."""
    moved = await session.scalar(
        update(Message)
        .where(Message.id == number, Message.state == before)
        .values(**values)
        .returning(Message.id)
        .execution_options(**NO_SYNC)
    )
    return moved is not None


async def settle(
    session: AsyncSession, worker_id: int, outcomes: Sequence[Outcome], *, now: datetime
) -> None:
    """Record what became of messages this worker holds."""
    for each in outcomes:
        settled = await _settle_one(session, worker_id, each, now)
        if settled and each.state is not State.ACCEPTED:
            await event(session, each.message_id, each.state, each.reason, now=now)


async def _settle_one(
    session: AsyncSession, worker_id: int, outcome: Outcome, now: datetime
) -> bool:
    unmarked = (Message.state == State.CLAIMED, Message.attempts + 1)
    values: dict[str, Any] = {
        "state": outcome.state,
        "reason": outcome.reason,
        "reply": outcome.reply,
        "settled_at": now,
        "attempts": case(unmarked, else_=Message.attempts),
    }
    if outcome.due_at is not None:
        values["due_at"] = outcome.due_at
    if outcome.state is not State.UNCERTAIN:
        values["worker_id"] = None
    moved = await session.scalar(
        update(Message)
        .where(
            Message.id == outcome.message_id,
            Message.state.in_([State.CLAIMED, State.MARKED, State.UNCERTAIN]),
            Message.worker_id == worker_id,
        )
        .values(**values)
        .returning(Message.id)
        .execution_options(**NO_SYNC)
    )
    return moved is not None


async def uncertain(
    session: AsyncSession,
    ids: Sequence[int],
    *,
    why: str,
    due_at: datetime,
    now: datetime,
) -> None:
    """Note that nobody knows whether the relay took these marked messages."""
    moved = await session.scalars(
        update(Message)
        .where(Message.id.in_(ids), Message.state == State.MARKED)
        .values(state=State.UNCERTAIN, reason=why, settled_at=now, due_at=due_at)
        .returning(Message.id)
        .execution_options(**NO_SYNC)
    )
    for number in moved.all():
        await event(session, number, State.UNCERTAIN, why, now=now)


async def decide_uncertain(
    session: AsyncSession, *, resend: bool, now: datetime
) -> int:
    """Apply the policy to uncertain messages whose wait for evidence is over."""
    target = State.WAITING if resend else State.HELD
    moved = await session.scalars(
        update(Message)
        .where(Message.state == State.UNCERTAIN, Message.due_at <= now)
        .values(state=target, worker_id=None)
        .returning(Message.id)
        .execution_options(**NO_SYNC)
    )
    numbers = moved.all()
    for number in numbers:
        detail = "sent again by policy" if resend else "held for a person"
        await event(session, number, target, detail, now=now)
    return len(numbers)


async def expire(session: AsyncSession, *, now: datetime) -> int:
    """Settle messages whose campaign's time is over before the relay took them."""
    late = select(Campaign.id).where(Campaign.expires_at <= now)
    moved = await session.scalars(
        update(Message)
        .where(
            Message.state.in_([State.WAITING, State.DEFERRED]),
            Message.campaign_id.in_(late),
        )
        .values(state=State.EXPIRED, settled_at=now)
        .returning(Message.id)
        .execution_options(**NO_SYNC)
    )
    return len(moved.all())


async def cancel(session: AsyncSession, campaign_id: int, *, now: datetime) -> int:
    """Settle the unmarked messages of a cancelled campaign."""
    moved = await session.scalars(
        update(Message)
        .where(
            Message.campaign_id == campaign_id,
            Message.state.in_([State.WAITING, State.DEFERRED, State.CLAIMED]),
        )
        .values(state=State.CANCELLED, settled_at=now, worker_id=None)
        .returning(Message.id)
        .execution_options(**NO_SYNC)
    )
    return len(moved.all())


async def suppress_reader(
    session: AsyncSession, message_id: int, reason: str, *, now: datetime
) -> None:
    """Stop writing to the reader of a message whose mailbox is gone for good."""
    key = await session.scalar(
        select(Message.address_key).where(Message.id == message_id)
    )
    if key is not None:
        await suppressions.suppress(
            session, key, suppressions.Why.BOUNCED, now=now, detail=reason
        )


async def finish(session: AsyncSession, *, now: datetime) -> list[int]:
    """Finish every planned campaign none of whose messages is open any more."""
    still_open = exists().where(
        Message.campaign_id == Campaign.id, Message.state.in_(OPEN)
    )
    finished = await session.scalars(
        update(Campaign)
        .where(
            Campaign.state == CampaignState.SENDING,
            Campaign.planned_at.is_not(None),
            or_(Campaign.on_demand.is_(False), Campaign.expires_at <= now),
            ~still_open,
        )
        .values(state=CampaignState.FINISHED, updated_at=now)
        .returning(Campaign.id)
        .execution_options(**NO_SYNC)
    )
    return list(finished)


async def event(
    session: AsyncSession,
    message_id: int,
    state: State,
    detail: str | None,
    *,
    now: datetime,
) -> None:
    """Add a line to a message's record."""
    await session.execute(
        insert(MessageEvent).values(
            message_id=message_id, at=now, state=state, detail=detail
        )
    )
