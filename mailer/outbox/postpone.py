"""Postpones claimed messages, for a reason that lies with their relay or a limit.

They keep their state and get a later instant and a reason; it is no attempt.
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
    """One message, when it may be claimed again, and why not now."""

    message_number: int
    due_at: datetime
    reason: str


async def put_off(session: AsyncSession, messages: Sequence[PutOff]) -> None:
    """Postpone messages that this transaction has claimed."""
    if messages:
        rows = [(each.message_number, each.due_at, each.reason) for each in messages]
        statement = _put_off_statement(sqlite=dialects.is_sqlite(session))
        values = batches.bind_rows(session, _COLUMNS, rows)
        await batches.execute(session, statement, values)


async def make_due(session: AsyncSession, *, reason: str, now: datetime) -> None:
    """Make messages due now that were postponed for this reason."""
    values = {"put_off_for": reason, "now": now}
    await batches.execute(session, _make_due_statement(), values)


_COLUMNS: dict[str, type[batches.Value]] = {
    "id": int,
    "due_at": datetime,
    "reason": str,
}


@cache
def _put_off_statement(*, sqlite: bool) -> Update:
    given = batches.bound_table(_COLUMNS, sqlite=sqlite)
    return (
        update(LEDGER)
        .where(Message.id == given.c.id, batches.one_of(Message.state, CLAIMABLE))
        .values(due_at=given.c.due_at, reason=given.c.reason)
    )


@cache
def _make_due_statement() -> Update:
    now = bindparam("now", type_=Message.due_at.type)
    postponed = (
        select(Message.id)
        .where(
            batches.one_of(Message.state, CLAIMABLE),
            Message.due_at > now,
            Message.reason == bindparam("put_off_for", type_=String),
        )
        .with_for_update(skip_locked=True)
    )
    return update(LEDGER).where(Message.id.in_(postponed)).values(due_at=now)
