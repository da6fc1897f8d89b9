"""Adds the subscriptions of an import, with their evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.subscriptions import Consent, How, Standing, Subscription


async def begin(
    session: AsyncSession,
    new: Select[*tuple[Any, ...]],
    *,
    source: str,
    at: datetime,
    how: How = How.IMPORT,
) -> None:
    """Add active subscriptions and their evidence, in two statements.

    `new` selects contact_id, topic and basis; no such subscription may exist.
    """
    active = literal(Standing.ACTIVE.value)
    since = literal(at, Subscription.since.type)
    rows = new.subquery()
    contact_id, topic, basis = rows.c
    columns = ["contact_id", "topic", "standing"]
    await session.execute(
        insert(Consent).from_select(
            [*columns, "at", "how", "source", "basis"],
            select(contact_id, topic, active, since).add_columns(
                literal(how.value), literal(source), basis
            ),
        )
    )
    await session.execute(
        insert(Subscription).from_select(
            [*columns, "since"], select(contact_id, topic, active, since)
        )
    )
