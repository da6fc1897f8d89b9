"""Finds staged rows that give a contact a retired topic or a retired role.

A contact who has it keeps it, so that an export imports again without a fault.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    case,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.intake.stage import MAX_FAULTS
from audiences.intake.tables import ROWS, SETS
from audiences.intake.values.checked import Fault
from audiences.people import site_roles
from audiences.people.site_roles import KnownRole
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
    reason = (
        f"the topic {each['code']} retired on {day}; only contacts who have it keep it"
    )
    yield Fault(each["row"], "topics", each["topics"][:80], reason)


async def leave_roles(session: AsyncSession) -> list[Fault]:
    """Take retired roles out of the rows whose contacts lack them; return remarks.

    A row that gives nothing else changes no role.
    """
    roles = await site_roles.load(session)
    retired = sum(each.bit for each in roles.retired())
    if not retired:
        return []
    held = func.coalesce(_held(), 0)
    lacking = ROWS.c.roles.bitwise_and(retired).bitwise_and(held.bitwise_not())
    rows = await session.execute(
        select(ROWS.c.row, lacking)
        .where(lacking != 0)
        .order_by(ROWS.c.number)
        .limit(MAX_FAULTS)
    )
    remarks = [
        Fault(number, "roles", each.code, _retired_role(each))
        for number, given in rows
        for each in roles.retired(given)
    ]
    left = ROWS.c.roles.bitwise_and(held.bitwise_or(~retired))
    await session.execute(
        update(ROWS).where(lacking != 0).values(roles=func.nullif(left, 0))
    )
    return remarks


def _held() -> ColumnElement[int]:
    """Return the roles that the contact of a staged row has in its membership."""
    further = select(Membership.roles).where(Membership.id == ROWS.c.membership_id)
    own = select(Contact.roles).where(Contact.id == ROWS.c.contact_id)
    return case(
        (ROWS.c.further, further.correlate(ROWS).scalar_subquery()),
        else_=own.correlate(ROWS).scalar_subquery(),
    )


def _retired_role(role: KnownRole) -> str:
    return (
        f"the role {role.code} retired on {role.retired_at:%Y-%m-%d}; only contacts who"
        " have it keep it"
    )
