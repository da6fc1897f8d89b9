"""Applies the staged rows that are about a contact of an earlier row, or join one.

Few lists have such rows, so that these statements come after those for all rows.
"""

from typing import Any

from sqlalchemy import Subquery, exists, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.intake.applied import replaced
from audiences.intake.matching import subscribing
from audiences.intake.models import Import
from audiences.intake.planning import (
    CONTACT,
    JOINS,
    OF_MEMBERSHIP,
    OTHER_IN_MEMBERSHIP,
)
from audiences.intake.tables import BODIES, ROWS, SETS
from audiences.subscriptions import Subscription

LATER = ROWS.c.first.is_not(None)


async def apply(session: AsyncSession, record: Import, rows: Subquery) -> None:
    """Apply the memberships, roles and topics of these rows.

    `rows` are the staged rows with the number of their contact in `contact`.
    """
    await _memberships(session, record, rows)
    await _roles(session, record)
    await _primary_roles(session, record)
    await _topics(session, record)


async def _memberships(session: AsyncSession, record: Import, rows: Subquery) -> None:
    """Add further memberships; first give later rows the number of a new contact."""
    await session.execute(
        update(ROWS)
        .where(ROWS.c.contact_id.is_(None), ROWS.c.first == rows.c.number)
        .values(contact_id=rows.c.contact)
    )
    columns: dict[str, Any] = {
        "contact_id": ROWS.c.contact_id,
        "organisation_id": BODIES.c.organisation_id,
        "function": ROWS.c.function,
        "roles": func.coalesce(ROWS.c.roles, 0),
        "import_id": literal(record.id),
        "updated_at": literal(record.at, Membership.updated_at.type),
    }
    await session.execute(
        insert(Membership).from_select(
            list(columns),
            select(*columns.values())
            .join(BODIES, BODIES.c.body == ROWS.c.body)
            .where(JOINS)
            .order_by(ROWS.c.number),
        )
    )


async def _roles(session: AsyncSession, record: Import) -> None:
    """Change roles and functions in known memberships, and keep the replaced ones."""
    changed = select(Membership.id).join(ROWS, OTHER_IN_MEMBERSHIP)
    await replaced.keep_memberships(session, record.id, changed)
    await session.execute(
        update(Membership)
        .where(OTHER_IN_MEMBERSHIP)
        .values(
            {
                **{
                    column: func.coalesce(ROWS.c[name], column)
                    for name, column in OF_MEMBERSHIP.items()
                },
                Membership.updated_at: record.at,
            }
        )
        .execution_options(synchronize_session=False)
    )


async def _primary_roles(session: AsyncSession, record: Import) -> None:
    """Change roles and function in the primary membership, if a later row has them."""
    changed = select(ROWS.c.contact_id).where(LATER, ROWS.c.changes)
    await session.execute(
        update(Contact)
        .where(Contact.id.in_(changed))  # a list, because staged rows have no index
        .values(updated_at=record.at)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(Contact)
        .where(
            *(Contact.id == ROWS.c.contact_id, LATER, ROWS.c.changes),
            ~ROWS.c.further,
        )
        .values(
            {
                CONTACT[name]: func.coalesce(ROWS.c[name], CONTACT[name])
                for name in OF_MEMBERSHIP
            }
        )
        .execution_options(synchronize_session=False)
    )


async def _topics(session: AsyncSession, record: Import) -> None:
    """Subscribe contacts to the topics that only later rows name."""
    new = (
        select(
            ROWS.c.contact_id,
            SETS.c.code.label("topic"),
            func.min(ROWS.c.consent).label("basis"),
        )
        .join(SETS, SETS.c.codes == ROWS.c.topics)
        .join(Contact, Contact.id == ROWS.c.contact_id)
        .where(
            LATER,
            Contact.stopped_at.is_(None),
            ~exists().where(
                Subscription.contact_id == ROWS.c.contact_id,
                Subscription.topic == SETS.c.code,
            ),
        )
        .group_by(ROWS.c.contact_id, SETS.c.code)
    )
    await subscribing.begin(session, new, source=f"import {record.id}", at=record.at)
