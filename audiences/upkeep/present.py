"""Reads the present values of an organisation, as users type them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.upkeep.cells import NAMES, VALUES


async def cells_of(session: AsyncSession, body: Organisation) -> dict[str, str]:
    """Return the values of an organisation as the cells of an import; "" is empty."""
    held = {cell: str(getattr(body, column) or "") for cell, column in VALUES.items()}
    held |= {cell: body.names.get(language, "") for cell, language in NAMES.items()}
    fields = OrganisationField.organisation_id == body.id
    rows = await session.scalars(select(OrganisationField.field).where(fields))
    held["fields"] = " ".join(sorted(rows))
    for relation in Relation:
        countries = await session.scalars(
            select(OrganisationCountry.country).where(
                OrganisationCountry.organisation_id == body.id,
                OrganisationCountry.relation == relation,
            )
        )
        held[str(relation)] = " ".join(sorted(countries))
    return held
