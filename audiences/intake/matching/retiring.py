"""Finds staged rows that subscribe a contact to a topic that is retired.

A contact who has the topic keeps it, so that an export imports again without a fault.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import RowMapping, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake.tables import ROWS, SETS
from audiences.intake.values.checked import Fault
from audiences.subscriptions import Subscription
from audiences.topics import Topic


async def any_retired(session: AsyncSession) -> bool:
    """Whether a topic is retired; without one there is nothing to find."""
    retired = select(Topic.code).where(Topic.retired_at.is_not(None))
    return await session.scalar(retired.limit(1)) is not None


def rows() -> Select[*tuple[Any, ...]]:
    """Select the rows with a retired topic that their contact does not have."""
    has_it = exists().where(
        Subscription.contact_id == ROWS.c.contact_id, Subscription.topic == SETS.c.code
    )
    return (
        select(ROWS.c.number, ROWS.c.row, ROWS.c.topics, Topic.code, Topic.retired_at)
        .join(SETS, SETS.c.codes == ROWS.c.topics)
        .join(Topic, Topic.code == SETS.c.code)
        .where(Topic.retired_at.is_not(None), ~has_it)
        .order_by(ROWS.c.number)
    )


def fault(each: RowMapping) -> Iterator[Fault]:
    """Yield the fault of a row that `rows` selects."""
    day = f"{each['retired_at']:%Y-%m-%d}"
    reason = f"the topic {each['code']} retired on {day}; only who has it keeps it"
    yield Fault(each["row"], "topics", each["topics"][:80], reason)
