"""Finds the organisations of a list, and the contacts of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.organisations import Country, Organisation, OrganisationField
from audiences.people.search_texts import OrganisationSearch, has
from audiences.store import counting


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedBodies:
    """Which organisations are wanted; what is empty or None is no limit.

    `search` is a part of the code, of a name in any language, of the acronym or of the
    website. With `retired`, also those that retired.
    """

    search: str = ""
    kind: str | None = None
    status: str | None = None
    country: str | None = None
    region: str | None = None
    field: str | None = None
    language: str | None = None
    confirmed_before: datetime | None = None  # or never confirmed
    retired: bool = False


async def numbers(
    session: AsyncSession,
    wanted: WantedBodies,
    *,
    after: int = 0,
    limit: int | None = None,
) -> Sequence[int]:
    """Return the numbers of organisations in their order, at most `limit`."""
    found = _found(wanted, after=after)
    rows = await session.scalars(found.order_by(*found.selected_columns).limit(limit))
    return rows.all()


async def page(
    session: AsyncSession, wanted: WantedBodies, *, after: int, limit: int
) -> Sequence[Organisation]:
    """Return the first wanted organisations after one, at most `limit`."""
    found = await numbers(session, wanted, after=after, limit=limit)
    rows = await session.scalars(
        select(Organisation).where(Organisation.id.in_(found)).order_by(Organisation.id)
    )
    return rows.all()


async def count(session: AsyncSession, wanted: WantedBodies, *, most: int) -> int:
    """Return how many organisations are wanted; `most` where there are more."""
    return await counting.up_to(session, _found(wanted), most)


def _found(wanted: WantedBodies, *, after: int = 0) -> Select[int]:
    """Select the numbers of organisations after one."""
    if not wanted.search:
        number = Organisation.id
        return select(number).where(number > after, *_conditions(wanted))
    number = OrganisationSearch.organisation_id  # so that the texts are read first
    return (
        select(number)
        .join(Organisation, Organisation.id == number)
        .where(
            *(number > after, has(OrganisationSearch, wanted.search)),
            *_conditions(wanted),
        )
    )


def _conditions(wanted: WantedBodies) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if not wanted.retired:
        conditions.append(Organisation.retired_at.is_(None))
    for column in ("kind", "status", "country"):
        value = getattr(wanted, column)
        if value:
            conditions.append(getattr(Organisation, column) == value)
    if wanted.region:
        there = select(Country.code).where(Country.region == wanted.region)
        conditions.append(Organisation.country.in_(there))
    if wanted.field:
        of_body = OrganisationField.organisation_id == Organisation.id
        conditions.append(exists().where(of_body, _is_field(wanted.field)))
    if wanted.language:
        spaced = literal(" ").concat(Organisation.languages).concat(" ")
        conditions.append(spaced.contains(f" {wanted.language} ", autoescape=True))
    if wanted.confirmed_before:
        before = Organisation.confirmed_at < wanted.confirmed_before
        conditions.append(or_(Organisation.confirmed_at.is_(None), before))
    return conditions


def _is_field(code: str) -> ColumnElement[bool]:
    return func.lower(OrganisationField.field) == code.lower()


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
