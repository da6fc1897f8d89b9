"""Keeps the values that an import replaces, so that it can be undone."""

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, Select, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.intake.details import kept_details
from audiences.intake.models import Replaced
from audiences.intake.planning import CONTACT, OF_MEMBERSHIP, ORGANISATION
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)

PAGE = 1_000  # rows
Ids = Select[Any]  # a query of numbers


async def keep_contacts(session: AsyncSession, import_id: int, ids: Ids) -> None:
    """Keep the present values of contacts that the import will change."""
    columns = [*CONTACT.values(), Contact.address, Contact.updated_at]
    async for rows in _pages(session, Contact, columns, ids):
        known = await kept_details.known(session, [row["id"] for row in rows])
        await _keep(session, import_id, "contact", rows, known)


async def keep_memberships(session: AsyncSession, import_id: int, ids: Ids) -> None:
    """Keep the present values of further memberships that the import will change."""
    columns = [*OF_MEMBERSHIP.values(), Membership.updated_at]
    async for rows in _pages(session, Membership, columns, ids):
        await _keep(session, import_id, "membership", rows, {})


async def keep_organisations(session: AsyncSession, import_id: int, ids: Ids) -> None:
    """Keep the present values of organisations, with their fields and countries."""
    columns = [*ORGANISATION.values(), Organisation.updated_at]
    async for rows in _pages(session, Organisation, columns, ids):
        linked = await links(session, [row["id"] for row in rows])
        await _keep(session, import_id, "organisation", rows, linked)


async def _pages(
    session: AsyncSession,
    table: type[Contact | Membership | Organisation],
    columns: Sequence[Any],
    ids: Ids,
) -> AsyncIterator[Sequence[RowMapping]]:
    """Yield the rows of these numbers with the columns, PAGE at a time."""
    last = 0
    while True:
        page = await session.execute(
            select(table.id, *columns)
            .where(table.id.in_(ids), table.id > last)
            .order_by(table.id)
            .limit(PAGE)
        )
        rows = page.mappings().all()
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


async def _keep(
    session: AsyncSession,
    import_id: int,
    kind: str,
    rows: Sequence[RowMapping],
    more: Mapping[int, Mapping[str, Any]],
) -> None:
    """Keep rows; `more` has what stands in other tables, by number."""
    kept = []
    for row in rows:
        before = {name: value for name, value in row.items() if name != "id"}
        before |= more.get(row["id"], {})
        before["updated_at"] = before["updated_at"].isoformat()
        kept.append(
            {
                "import_id": import_id,
                "kind": kind,
                "row_id": row["id"],
                "before": before,
            }
        )
    await session.execute(insert(Replaced), kept)


async def links(session: AsyncSession, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return the fields and countries of organisations, by number and relation."""
    links: dict[int, dict[str, list[str]]] = {
        each: {"fields": [], Relation.ACTS_IN: [], Relation.SERVES: []} for each in ids
    }
    fields = await session.execute(
        select(OrganisationField.organisation_id, OrganisationField.field)
        .where(OrganisationField.organisation_id.in_(ids))
        .order_by(OrganisationField.organisation_id)
    )
    for organisation, rows in groupby(fields, key=lambda row: row[0]):
        links[organisation]["fields"] = [row[1] for row in rows]
    countries = await session.execute(
        select(
            OrganisationCountry.organisation_id,
            OrganisationCountry.relation,
            OrganisationCountry.country,
        ).where(OrganisationCountry.organisation_id.in_(ids))
    )
    for organisation, relation, country in countries:
        links[organisation][relation].append(country)
    return dict(links)
