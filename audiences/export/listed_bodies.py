"""Finds the organisations of a list, and reads one of them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.organisations import Organisation


async def numbers(
    session: AsyncSession,
    *,
    kind: str | None = None,
    country: str | None = None,
    search: str = "",
    retired: bool = False,
    after: int = 0,
    limit: int | None = None,
) -> Sequence[int]:
    """Return the numbers of organisations in their order, at most `limit`.

    `search` is a part of the code, the name or the acronym. With `retired`, also those
    that retired.
    """
    conditions: list[ColumnElement[bool]] = [Organisation.id > after]
    if not retired:
        conditions.append(Organisation.retired_at.is_(None))
    if kind:
        conditions.append(Organisation.kind == kind)
    if country:
        conditions.append(Organisation.country == country)
    if search:
        part = search.lower()
        conditions.append(
            or_(
                func.lower(Organisation.code).contains(part, autoescape=True),
                func.lower(Organisation.name).contains(part, autoescape=True),
                func.lower(Organisation.acronym).contains(part, autoescape=True),
            )
        )
    rows = await session.scalars(
        select(Organisation.id)
        .where(*conditions)
        .order_by(Organisation.id)
        .limit(limit)
    )
    return rows.all()


async def addresses(session: AsyncSession, number: int) -> Sequence[str]:
    """Return the addresses of an organisation's contacts."""
    further = select(Membership.contact_id).where(Membership.organisation_id == number)
    rows = await session.scalars(
        select(Contact.address)
        .where(
            or_(Contact.organisation_id == number, Contact.id.in_(further)),
            Contact.address.is_not(None),
        )
        .order_by(Contact.id)
    )
    return [each for each in rows if each]
