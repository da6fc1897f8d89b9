"""Puts claimed messages off: not now, and through no fault of theirs.

They wait again, with the instant and the reason; it is no attempt. Only who holds a
message can put it off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.outbox.models import Message
from mailer.outbox.states import State


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOff:
    """One message, and when it may be claimed again."""

    message_id: int
    due_at: datetime
    why: str


async def put_off(
    session: AsyncSession, worker_id: int, messages: Sequence[PutOff]
) -> None:
    """Give messages back that a worker has claimed, each to its instant."""
    if not messages:
        return
    table = Message.__table__
    connection = await session.connection()
    await connection.execute(
        update(table)  # type: ignore[arg-type]  # a declared class has a full table
        .where(
            table.c.id == bindparam("number"),
            table.c.state == State.CLAIMED.value,
            table.c.worker_id == worker_id,
        )
        .values(
            state=State.WAITING.value,
            worker_id=None,
            due_at=bindparam("instant"),
            reason=bindparam("why"),
        ),
        [
            {"number": each.message_id, "instant": each.due_at, "why": each.why}
            for each in messages
        ],
    )
