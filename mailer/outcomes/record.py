"""The one writer of what becomes of a message, from the mark on.

Every move is compare-and-set in its WHERE clause: told twice, it happens once; told by
a worker that lost its lease, it does not happen. The mark itself is in outcomes/mark.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Update,
    bindparam,
    case,
    insert,
    null,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import suppressions
from audiences.store import batches, dialects
from mailer.outbox.message_states import CLAIMABLE, WITH_WORKER, MessageState
from mailer.outbox.models import Message, MessageEvent
from mailer.outcomes import moves


class Outcome(NamedTuple):
    """What became of one message."""

    message_number: int
    state: MessageState
    reason: str | None = None
    reply: str | None = None
    due_at: datetime | None = None  # of the next attempt


async def move(
    session: AsyncSession,
    number: int,
    before: MessageState,
    after: MessageState,
    values: Mapping[str, Any],
) -> bool:
    """Change one message if it still is where it was; say whether it did."""
    moved = await session.execute(
        moves.moving((before,), after)
        .where(Message.id == number)
        .values(**values)
        .returning(Message.id)
    )
    return moved.first() is not None


async def accept(
    session: AsyncSession,
    worker_id: int,
    accepted: Sequence[tuple[int, str]],
    *,
    now: datetime,
) -> None:
    """Record with which replies the relay took messages this worker holds."""
    bound = batches.bind_rows(session, _TAKEN, accepted)
    statement = _accepting(sqlite=dialects.is_sqlite(session))
    await batches.execute(session, statement, bound | {"worker": worker_id, "now": now})


async def settle(
    session: AsyncSession, worker_id: int, outcomes: Sequence[Outcome], *, now: datetime
) -> None:
    """Record what else became of messages this worker holds, and tell of it."""
    for each in outcomes:
        moves.check(WITH_WORKER, each.state)
    statement = _settling(sqlite=dialects.is_sqlite(session))
    bound = {"worker": worker_id, "now": now} | _given(session, outcomes)
    moved = set((await batches.execute(session, statement, bound)).scalars())
    lines = [
        {
            "message_number": each.message_number,
            "at": now,
            "state": each.state,
            "detail": each.reason,
        }
        for each in outcomes
        if each.message_number in moved
    ]
    if lines:
        await session.execute(insert(MessageEvent), lines)


_GIVEN: dict[str, type[batches.Value]] = {
    "id": int,
    "state": str,
    "reason": str,
    "reply": str,
    "due_at": datetime,
}


def _given(session: AsyncSession, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return batches.bind_rows(
        session,
        _GIVEN,
        [
            (each.message_number, each.state, each.reason, each.reply, each.due_at)
            for each in outcomes
        ],
    )


_TAKEN: dict[str, type[batches.Value]] = {"id": int, "reply": str}


@cache
def _accepting(*, sqlite: bool) -> Update:
    given = batches.bound_table(_TAKEN, sqlite=sqlite)
    return (
        moves.moving(WITH_WORKER, MessageState.ACCEPTED)
        .where(*_ours(given))
        .values(
            reason=None,
            reply=given.c.reply,
            due_at=None,
            worker_id=None,
            settled_at=bindparam("now", type_=Message.settled_at.type),
        )
    )


@cache
def _settling(*, sqlite: bool) -> Update:
    """Return the statement that moves messages to where they go, and tells which."""
    given = batches.bound_table(_GIVEN, sqlite=sqlite)
    stays = (given.c.state == MessageState.UNCERTAIN.value, Message.worker_id)
    return (
        moves.leaving(WITH_WORKER)
        .where(*_ours(given))
        .values(
            state=given.c.state,
            reason=given.c.reason,
            reply=given.c.reply,
            due_at=given.c.due_at,
            worker_id=case(stays, else_=null()),
            settled_at=bindparam("now", type_=Message.settled_at.type),
        )
        .returning(Message.id)
    )


def _ours(given: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Return what must hold of a message that its worker settles.

    A late answer to a message already called uncertain is better than none.
    """
    return (
        Message.id == given.c.id,
        Message.worker_id == bindparam("worker"),
    )


async def unmark(
    session: AsyncSession, worker_id: int, ids: Sequence[int], *, now: datetime
) -> None:
    """Take back marks under which no dot was written; they were no attempts."""
    statement = _unmarking(sqlite=dialects.is_sqlite(session))
    bound = {"worker": worker_id, "ids": batches.bind_numbers(session, ids), "now": now}
    await batches.execute(session, statement, bound)


@cache
def _unmarking(*, sqlite: bool) -> Update:
    return (
        moves.moving((MessageState.MARKED,), MessageState.WAITING)
        .where(
            batches.among(Message.id, "ids", sqlite=sqlite),
            Message.worker_id == bindparam("worker"),
        )
        .values(
            worker_id=None,
            marked_at=None,
            due_at=bindparam("now", type_=Message.due_at.type),
            attempts=Message.attempts - 1,
        )
    )


async def refuse(
    session: AsyncSession, refused: Sequence[tuple[int, str]], *, now: datetime
) -> None:
    """Skip claimed messages whose readers are not to be written to any more."""
    if refused:
        statement = _refusing(sqlite=dialects.is_sqlite(session))
        bound = batches.bind_rows(session, _REFUSED, refused)
        await batches.execute(session, statement, bound | {"now": now})


_REFUSED: dict[str, type[batches.Value]] = {"id": int, "reason": str}


@cache
def _refusing(*, sqlite: bool) -> Update:
    given = batches.bound_table(_REFUSED, sqlite=sqlite)
    return (
        moves.moving(CLAIMABLE, MessageState.SKIPPED)
        .where(Message.id == given.c.id)
        .values(
            reason=given.c.reason,
            due_at=None,
            settled_at=bindparam("now", type_=Message.settled_at.type),
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
    if not ids:
        return
    sqlite = dialects.is_sqlite(session)
    moved = await session.scalars(
        moves.moving((MessageState.MARKED,), MessageState.UNCERTAIN)
        .where(batches.among(Message.id, "ids", sqlite=sqlite))
        .values(reason=why, settled_at=now, due_at=due_at)
        .returning(Message.id),
        {"ids": batches.bind_numbers(session, ids)},
    )
    lines = [
        {
            "message_number": number,
            "at": now,
            "state": MessageState.UNCERTAIN,
            "detail": why,
        }
        for number in moved
    ]
    if lines:
        await session.execute(insert(MessageEvent), lines)


async def suppress_reader(
    session: AsyncSession, message_number: int, reason: str, *, now: datetime
) -> None:
    """Stop writing to the reader of a message whose mailbox is gone for good."""
    key = await session.scalar(
        select(Message.address_key).where(Message.id == message_number)
    )
    if key is not None:
        await suppressions.suppress(
            session, key, suppressions.Why.BOUNCED, now=now, detail=reason
        )


async def event(
    session: AsyncSession,
    message_number: int,
    state: MessageState,
    detail: str | None,
    *,
    now: datetime,
) -> None:
    """Add a line to a message's record."""
    await session.execute(
        insert(MessageEvent).values(
            message_number=message_number, at=now, state=state, detail=detail
        )
    )
