"""Records the outcomes of messages; marks are made in outcomes/mark.

Each statement names in its WHERE clause the state and the worker it starts from. So an
outcome that is recorded twice changes the row once, and a worker that lost its lease
changes nothing.
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
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import batches, dialects
from mailer.outbox.message_states import CLAIMABLE, WITH_WORKER, MessageState
from mailer.outbox.models import Message, MessageEvent
from mailer.outcomes import moves


class Outcome(NamedTuple):
    """The new state of one message."""

    message_number: int
    state: MessageState
    reason: str | None = None
    reply: str | None = None
    due_at: datetime | None = None  # of the next attempt
    relay: str | None = None  # the name of the relay that had it


async def move(
    session: AsyncSession,
    number: int,
    before: MessageState,
    after: MessageState,
    values: Mapping[str, Any],
) -> bool:
    """Move one message between two states; return whether it was in the first."""
    moved = await session.execute(
        moves.transition((before,), after)
        .where(Message.id == number)
        .values(**values)
        .returning(Message.id)
    )
    return moved.first() is not None


async def accept(
    session: AsyncSession,
    worker_id: int,
    accepted: Sequence[tuple[int, str, str]],
    *,
    now: datetime,
) -> None:
    """Record that the relay took messages of this worker.

    `accepted` has the number of each message, the relay's reply, and its name.
    """
    values = batches.bind_rows(session, _ACCEPTED_COLUMNS, accepted)
    statement = _accept_statement(sqlite=dialects.is_sqlite(session))
    await batches.execute(
        session, statement, values | {"worker": worker_id, "now": now}
    )


async def settle(
    session: AsyncSession, worker_id: int, outcomes: Sequence[Outcome], *, now: datetime
) -> None:
    """Record other outcomes of messages of this worker, and add their events.

    Raises ValueError for a state that no arrow leads to.
    """
    for each in outcomes:
        moves.check_arrows(WITH_WORKER, each.state)
    statement = _settle_statement(sqlite=dialects.is_sqlite(session))
    values = {"worker": worker_id, "now": now} | _values(session, outcomes)
    moved = set((await batches.execute(session, statement, values)).scalars())
    events = [
        {
            "message_number": each.message_number,
            "at": now,
            "state": each.state,
            "detail": each.reason,
        }
        for each in outcomes
        if each.message_number in moved
    ]
    if events:
        await session.execute(insert(MessageEvent), events)


_OUTCOME_COLUMNS: dict[str, type[batches.Value]] = {
    "id": int,
    "state": str,
    "reason": str,
    "reply": str,
    "due_at": datetime,
    "relay": str,
}


def _values(session: AsyncSession, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return batches.bind_rows(
        session,
        _OUTCOME_COLUMNS,
        [
            (
                *(each.message_number, each.state, each.reason),
                *(each.reply, each.due_at, each.relay),
            )
            for each in outcomes
        ],
    )


_ACCEPTED_COLUMNS: dict[str, type[batches.Value]] = {
    "id": int,
    "reply": str,
    "relay": str,
}


@cache
def _accept_statement(*, sqlite: bool) -> Update:
    given = batches.bound_table(_ACCEPTED_COLUMNS, sqlite=sqlite)
    return (
        moves.transition(WITH_WORKER, MessageState.ACCEPTED)
        .where(*_of_worker(given))
        .values(
            reason=None,
            reply=given.c.reply,
            relay=given.c.relay,
            due_at=None,
            worker_id=None,
            settled_at=bindparam("now", type_=Message.settled_at.type),
        )
    )


@cache
def _settle_statement(*, sqlite: bool) -> Update:
    """Return the UPDATE to the new states, which returns the numbers it changed."""
    given = batches.bound_table(_OUTCOME_COLUMNS, sqlite=sqlite)
    # an uncertain message keeps its worker, which may still record a late reply
    keeps_worker = (given.c.state == MessageState.UNCERTAIN.value, Message.worker_id)
    return (
        moves.update_in(WITH_WORKER)
        .where(*_of_worker(given))
        .values(
            state=given.c.state,
            reason=given.c.reason,
            reply=given.c.reply,
            due_at=given.c.due_at,
            relay=given.c.relay,
            worker_id=case(keeps_worker, else_=null()),
            settled_at=bindparam("now", type_=Message.settled_at.type),
        )
        .returning(Message.id)
    )


def _of_worker(given: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a message is a given one, and marked by the worker."""
    return (
        Message.id == given.c.id,
        Message.worker_id == bindparam("worker"),
    )


async def unmark(
    session: AsyncSession, worker_id: int, ids: Sequence[int], *, now: datetime
) -> None:
    """Remove marks of this worker under which no dot was written.

    The messages are due again; the mark does not count as an attempt.
    """
    statement = _unmark_statement(sqlite=dialects.is_sqlite(session))
    values = {
        "worker": worker_id,
        "ids": batches.bind_numbers(session, ids),
        "now": now,
    }
    await batches.execute(session, statement, values)


@cache
def _unmark_statement(*, sqlite: bool) -> Update:
    return (
        moves.transition((MessageState.MARKED,), MessageState.WAITING)
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


async def skip(
    session: AsyncSession, skipped: Sequence[tuple[int, str]], *, now: datetime
) -> None:
    """Skip claimed messages whose readers may not be written to any more.

    `skipped` has the number of each message and the reason.
    """
    if skipped:
        statement = _skip_statement(sqlite=dialects.is_sqlite(session))
        values = batches.bind_rows(session, _SKIPPED_COLUMNS, skipped)
        await batches.execute(session, statement, values | {"now": now})


_SKIPPED_COLUMNS: dict[str, type[batches.Value]] = {"id": int, "reason": str}


@cache
def _skip_statement(*, sqlite: bool) -> Update:
    given = batches.bound_table(_SKIPPED_COLUMNS, sqlite=sqlite)
    return (
        moves.transition(CLAIMABLE, MessageState.SKIPPED)
        .where(Message.id == given.c.id)
        .values(
            reason=given.c.reason,
            due_at=None,
            settled_at=bindparam("now", type_=Message.settled_at.type),
        )
    )


async def set_uncertain(
    session: AsyncSession,
    ids: Sequence[int],
    *,
    reason: str,
    due_at: datetime,
    now: datetime,
) -> None:
    """Record that the relay may have taken these marked messages.

    `due_at` is when the wait for evidence ends.
    """
    if not ids:
        return
    sqlite = dialects.is_sqlite(session)
    moved = await session.scalars(
        moves.transition((MessageState.MARKED,), MessageState.UNCERTAIN)
        .where(batches.among(Message.id, "ids", sqlite=sqlite))
        .values(reason=reason, settled_at=now, due_at=due_at)
        .returning(Message.id),
        {"ids": batches.bind_numbers(session, ids)},
    )
    events = [
        {
            "message_number": number,
            "at": now,
            "state": MessageState.UNCERTAIN,
            "detail": reason,
        }
        for number in moved
    ]
    if events:
        await session.execute(insert(MessageEvent), events)


async def add_event(
    session: AsyncSession,
    message_number: int,
    state: MessageState,
    detail: str | None,
    *,
    now: datetime,
) -> None:
    """Add an event to the history of a message."""
    await session.execute(
        insert(MessageEvent).values(
            message_number=message_number, at=now, state=state, detail=detail
        )
    )
