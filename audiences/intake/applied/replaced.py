"""Keeps the values that an import replaces, so that it can be undone."""

from itertools import groupby
from typing import Any

from sqlalchemy import Select, insert, select
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
    last = 0
    while True:
        page = await session.execute(
            select(Contact.id, *columns)
            .where(Contact.id.in_(ids), Contact.id > last)
            .order_by(Contact.id)
            .limit(PAGE)
        )
        rows = page.mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        known = await kept_details.known(session, [row["id"] for row in rows])
        await session.execute(
            insert(Replaced),
            [
                _row(
                    import_id,
                    "contact",
                    row["id"],
                    {**_without_id(dict(row)), **known.get(row["id"], {})},
                )
                for row in rows
            ],
        )


async def keep_memberships(session: AsyncSession, import_id: int, ids: Ids) -> None:
    """Keep the present values of further memberships that the import will change."""
    columns = [*OF_MEMBERSHIP.values(), Membership.updated_at]
    rows = await session.execute(
        select(Membership.id, *columns).where(Membership.id.in_(ids))
    )
    kept = [
        _row(import_id, "membership", row["id"], _without_id(dict(row)))
        for row in rows.mappings()
    ]
    if kept:
        await session.execute(insert(Replaced), kept)


async def keep_organisations(session: AsyncSession, import_id: int, ids: Ids) -> None:
    """Keep the present values of organisations, with their fields and countries."""
    columns = [*ORGANISATION.values(), Organisation.updated_at]
    last = 0
    while True:
        page = await session.execute(
            select(Organisation.id, *columns)
            .where(Organisation.id.in_(ids), Organisation.id > last)
            .order_by(Organisation.id)
            .limit(PAGE)
        )
        rows = page.mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        links = await _links(session, [row["id"] for row in rows])
        await session.execute(
            insert(Replaced),
            [
                _row(
                    import_id,
                    "organisation",
                    row["id"],
                    {**_without_id(dict(row)), **links.get(row["id"], {})},
                )
                for row in rows
            ],
        )


async def _links(session: AsyncSession, ids: list[int]) -> dict[int, dict[str, Any]]:
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


def _row(
    import_id: int, kind: str, row_id: int, before: dict[str, Any]
) -> dict[str, Any]:
    before["updated_at"] = before["updated_at"].isoformat()
    return {"import_id": import_id, "kind": kind, "row_id": row_id, "before": before}


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}
