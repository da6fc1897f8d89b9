"""Puts due messages off: not now, and through no fault of theirs.

They wait on, with the instant and the reason; it is no attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import String, Update, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import batches, dialects
from mailer.outbox.message_states import CLAIMABLE
from mailer.outbox.models import LEDGER, Message


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOff:
    """One message, and when it may be claimed again."""

    message_number: int
    due_at: datetime
    why: str


async def put_off(session: AsyncSession, messages: Sequence[PutOff]) -> None:
    """Give messages back that this transaction has claimed, each to its instant."""
    if messages:
        given = [(each.message_number, each.due_at, each.why) for each in messages]
        statement = _putting_off(sqlite=dialects.is_sqlite(session))
        await batches.execute(
            session, statement, batches.bind_rows(session, _GIVEN, given)
        )


async def bring_back(session: AsyncSession, *, why: str, now: datetime) -> None:
    """Let messages go now that were put off for this reason."""
    await batches.execute(session, _bringing_back(), {"why": why, "now": now})


_GIVEN: dict[str, type[batches.Value]] = {"id": int, "due_at": datetime, "why": str}


@cache
def _putting_off(*, sqlite: bool) -> Update:
    given = batches.bound_table(_GIVEN, sqlite=sqlite)
    return (
        update(LEDGER)
        .where(Message.id == given.c.id, batches.one_of(Message.state, CLAIMABLE))
        .values(due_at=given.c.due_at, reason=given.c.why)
    )


@cache
def _bringing_back() -> Update:
    now = bindparam("now", type_=Message.due_at.type)
    theirs = (
        select(Message.id)
        .where(
            batches.one_of(Message.state, CLAIMABLE),
            Message.due_at > now,
            Message.reason == bindparam("why", type_=String),
        )
        .with_for_update(skip_locked=True)
    )
    return update(LEDGER).where(Message.id.in_(theirs)).values(due_at=now)
