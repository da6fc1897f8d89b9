"""Records that messages came back, or that their readers reported them as spam.

What came back was sent. So a message without an outcome counts as accepted first, which
also ends the wait for evidence of an uncertain one.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import Update, bindparam, func, insert
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import batches, dialects
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message, MessageEvent
from mailer.outcomes import moves

# marked for an attempt, without an answer that says that the relay did not take it
_SENT = (
    MessageState.MARKED,
    MessageState.UNCERTAIN,
    MessageState.HELD,
    MessageState.WAITING,  # to be sent again, because no answer came
)


class Returned(NamedTuple):
    """A message that came back, and why."""

    message_number: int
    reason: str
    reply: str | None  # the enhanced status


_COLUMNS: dict[str, type[batches.Value]] = {"id": int, "reason": str, "reply": str}


async def bounce(
    session: AsyncSession, returned: Sequence[Returned], *, now: datetime
) -> set[int]:
    """Record messages as bounced; return the numbers of those that were not before."""
    once = {each.message_number: each for each in returned}
    await _accept_sent(session, list(once), now=now)
    return await _move(
        session,
        (MessageState.ACCEPTED,),
        MessageState.BOUNCED,
        list(once.values()),
        now=now,
    )


async def complain(
    session: AsyncSession, complained: Sequence[Returned], *, now: datetime
) -> set[int]:
    """Record that readers reported messages as spam; return those that are new."""
    once = {each.message_number: each for each in complained}
    await _accept_sent(session, list(once), now=now)
    return await _move(
        session,
        (MessageState.ACCEPTED, MessageState.BOUNCED),
        MessageState.COMPLAINED,
        list(once.values()),
        now=now,
    )


async def _accept_sent(
    session: AsyncSession, numbers: Sequence[int], *, now: datetime
) -> None:
    """Record that the relay took messages of which that was not known."""
    statement = _accept_statement(sqlite=dialects.is_sqlite(session))
    values = {"ids": batches.bind_numbers(session, numbers), "now": now}
    await batches.execute(session, statement, values)


@cache
def _accept_statement(*, sqlite: bool) -> Update:
    now = bindparam("now", type_=Message.settled_at.type)
    return (
        moves.transition(_SENT, MessageState.ACCEPTED)
        .where(
            batches.among(Message.id, "ids", sqlite=sqlite),
            Message.marked_at.is_not(None),
        )
        .values(
            due_at=None,
            worker_id=None,
            settled_at=func.coalesce(Message.settled_at, now),
        )
    )


async def _move(
    session: AsyncSession,
    before: tuple[MessageState, ...],
    after: MessageState,
    rows: Sequence[Returned],
    *,
    now: datetime,
) -> set[int]:
    statement = _move_statement(before, after, sqlite=dialects.is_sqlite(session))
    values = batches.bind_rows(session, _COLUMNS, rows)
    moved = set((await batches.execute(session, statement, values)).scalars())
    events = [
        {
            "message_number": each.message_number,
            "at": now,
            "state": after,
            "detail": each.reason,
        }
        for each in rows
        if each.message_number in moved
    ]
    if events:
        await session.execute(insert(MessageEvent), events)
    return moved


@cache
def _move_statement(
    before: tuple[MessageState, ...], after: MessageState, *, sqlite: bool
) -> Update:
    """Return the UPDATE, which returns the numbers that it changed.

    `settled_at` stays the time at which the relay took the message.
    """
    given = batches.bound_table(_COLUMNS, sqlite=sqlite)
    return (
        moves.transition(before, after)
        .where(Message.id == given.c.id)
        .values(reason=given.c.reason, reply=given.c.reply)
        .returning(Message.id)
    )
