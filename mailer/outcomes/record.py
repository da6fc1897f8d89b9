"""The one writer of what becomes of a message, from the mark on.

Every move is compare-and-set in its WHERE clause: told twice, it happens once; told by
a worker that lost its lease, it does not happen. The mark itself is in outcomes/mark.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Update,
    bindparam,
    case,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from mailer import rows
from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.outbox.models import HOLDER, LEDGER, Message, MessageEvent, in_states
from mailer.outbox.states import CLAIMABLE, HELD, State

NO_SYNC = {"synchronize_session": False}
UNDER_WAY = (CampaignState.SENDING, CampaignState.PAUSED)


class Outcome(NamedTuple):
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
    """Record what became of messages this worker holds, in two statements."""
    accepted = [each for each in outcomes if each.state is State.ACCEPTED]
    others = [each for each in outcomes if each.state is not State.ACCEPTED]
    sqlite = rows.is_sqlite(session)
    bound = {"worker": worker_id, "now": now}
    if accepted:
        statement = _settling(sqlite=sqlite, telling=False)
        await rows.change(session, statement, bound | _given(session, accepted))
    if others:
        statement = _settling(sqlite=sqlite, telling=True)
        settled = await rows.change(session, statement, bound | _given(session, others))
        moved = set(settled.scalars())
        lines = [
            {
                "message_id": each.message_id,
                "at": now,
                "state": each.state,
                "detail": each.reason,
            }
            for each in others
            if each.message_id in moved
        ]
        if lines:
            await session.execute(insert(MessageEvent), lines)


_GIVEN: dict[str, type[rows.Value]] = {
    "id": int,
    "state": str,
    "reason": str,
    "reply": str,
    "due_at": datetime,
}


def _given(session: AsyncSession, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return rows.values(
        session,
        _GIVEN,
        [
            (each.message_id, each.state, each.reason, each.reply, each.due_at)
            for each in outcomes
        ],
    )


@cache
def _settling(*, sqlite: bool, telling: bool) -> Update:
    """Return the statement that moves messages which are still ours to where they go.

    A late answer to a message already called uncertain is better than none.
    """
    given = rows.table(_GIVEN, sqlite=sqlite)
    unmarked = (Message.state == State.CLAIMED, Message.attempts + 1)
    stays = (given.c.state == State.UNCERTAIN.value, Message.worker_id)
    statement = (
        update(LEDGER)
        .where(
            Message.id == given.c.id,
            Message.state.in_(HELD),
            bindparam("worker") == HOLDER,
        )
        .values(
            state=given.c.state,
            reason=given.c.reason,
            reply=given.c.reply,
            due_at=func.coalesce(given.c.due_at, Message.due_at),
            attempts=case(unmarked, else_=Message.attempts),
            worker_id=case(stays, else_=null()),
            settled_at=bindparam("now", type_=Message.settled_at.type),
        )
    )
    return statement.returning(Message.id) if telling else statement


async def unmark(session: AsyncSession, worker_id: int, ids: Sequence[int]) -> None:
    """Take back marks under which no dot was written; they were no attempts."""
    statement = _unmarking(sqlite=rows.is_sqlite(session))
    bound = {"worker": worker_id, "ids": rows.numbers(session, ids)}
    await rows.change(session, statement, bound)


@cache
def _unmarking(*, sqlite: bool) -> Update:
    return (
        update(LEDGER)
        .where(
            rows.among(Message.id, "ids", sqlite=sqlite),
            Message.state == State.MARKED,
            bindparam("worker") == HOLDER,
        )
        .values(
            state=State.WAITING,
            worker_id=None,
            marked_at=None,
            attempts=Message.attempts - 1,
        )
    )


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
    """Apply the policy to uncertain messages whose wait for evidence is over.

    Of a campaign that is over nothing is sent again.
    """
    may_go = Message.campaign_id.in_(
        select(Campaign.id).where(Campaign.state.in_(UNDER_WAY))
    )
    target = case((may_go, State.WAITING), else_=State.HELD) if resend else State.HELD
    moved = await session.execute(
        update(Message)
        .where(
            Message.worker_id.is_not(None),
            Message.state == State.UNCERTAIN,
            Message.due_at <= now,
        )
        .values(state=target, worker_id=None)
        .returning(Message.id, Message.state)
        .execution_options(**NO_SYNC)
    )
    decided = moved.all()
    for number, state in decided:
        again = state == State.WAITING
        detail = "sent again by policy" if again else "held for a person"
        await event(session, number, State(state), detail, now=now)
    return len(decided)


async def expire(session: AsyncSession, *, now: datetime) -> int:
    """Settle what came back too late: its campaign's time is over, or its campaign."""
    late = select(Campaign.id).where(
        Campaign.expires_at <= now, Campaign.state.in_(UNDER_WAY)
    )
    cancelled = select(Campaign.id).where(Campaign.state == CampaignState.CANCELLED)
    settled = 0
    for campaigns, state in ((late, State.EXPIRED), (cancelled, State.CANCELLED)):
        moved = await session.scalars(
            update(Message)
            .where(in_states(CLAIMABLE), Message.campaign_id.in_(campaigns))
            .values(state=state, settled_at=now)
            .returning(Message.id)
            .execution_options(**NO_SYNC)
        )
        settled += len(moved.all())
    return settled


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
    mine = Message.campaign_id == Campaign.id
    waiting = exists().where(mine, in_states(CLAIMABLE))
    held = exists().where(mine, Message.worker_id.is_not(None))
    finished = await session.scalars(
        update(Campaign)
        .where(
            Campaign.state == CampaignState.SENDING,
            Campaign.planned_at.is_not(None),
            or_(Campaign.on_demand.is_(False), Campaign.expires_at <= now),
            ~waiting,
            ~held,
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
