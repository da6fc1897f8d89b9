"""Organisations as rows of text, with the columns of an import."""

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import OFFERED
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
    Relation,
)
from audiences.store import batches, dialects

NAMES = tuple(f"organisation_name_{language}" for language in OFFERED)
COLUMNS = (
    *("organisation", "organisation_name", *NAMES, "acronym", "kind", "status"),
    *("level", "country", "organisation_languages", "fields", "acts_in", "serves"),
    *("organisation_telephones", "organisation_postal_address", "organisation_website"),
)
KEPT = 20_000  # organisations in memory
PAGE = 2_000


class Bodies(dict[int, tuple[str, ...]]):
    """Organisations by their numbers, each as the texts of COLUMNS; some are kept."""

    async def load(self, session: AsyncSession, numbers: Collection[int]) -> None:
        """Read the organisations that are not in memory."""
        if len(self) > KEPT:
            self.clear()
        lacking = sorted(set(numbers) - self.keys())
        for start in range(0, len(lacking), PAGE):
            await self._read(session, lacking[start : start + PAGE])

    async def _read(self, session: AsyncSession, numbers: Sequence[int]) -> None:
        fields = await _codes(session, _fields(), numbers)
        acts_in = await _codes(session, _countries(Relation.ACTS_IN), numbers)
        serves = await _codes(session, _countries(Relation.SERVES), numbers)
        sqlite = dialects.is_sqlite(session)
        rows = await batches.execute(
            session,
            select(
                Organisation.id,
                Organisation.code,
                Organisation.name,
                Organisation.names,
                Organisation.acronym,
                Organisation.kind,
                Organisation.status,
                Organisation.level,
                Organisation.country,
                Organisation.languages,
                Organisation.telephones,
                Organisation.postal_address,
                Organisation.website,
            ).where(batches.among(Organisation.id, "ids", sqlite=sqlite)),
            {"ids": batches.bind_numbers(session, numbers)},
        )
        for number, code, name, names, *rest in map(tuple, rows):
            texts = [each or "" for each in rest]
            self[number] = (
                code,
                name,
                *(names.get(language, "") for language in OFFERED),
                *texts[:-3],
                fields.get(number, ""),
                acts_in.get(number, ""),
                serves.get(number, ""),
                *texts[-3:],
            )


async def of_organisations(
    session: AsyncSession, numbers: Sequence[int]
) -> AsyncIterator[list[tuple[str, ...]]]:
    """Yield pages of rows of organisations, in the order of their numbers."""
    for start in range(0, len(numbers), PAGE):
        known = Bodies()
        page = numbers[start : start + PAGE]
        await known.load(session, page)
        yield [known[number] for number in page]


def _fields() -> Select[*tuple[Any, ...]]:
    number, code = OrganisationField.organisation_id, OrganisationField.field
    return select(number, func.aggregate_strings(code, " ")).group_by(number)


def _countries(relation: Relation) -> Select[*tuple[Any, ...]]:
    number, code = OrganisationCountry.organisation_id, OrganisationCountry.country
    return (
        select(number, func.aggregate_strings(code, " "))
        .where(OrganisationCountry.relation == relation)
        .group_by(number)
    )


async def _codes(
    session: AsyncSession, query: Select[*tuple[Any, ...]], numbers: Sequence[int]
) -> dict[int, str]:
    """Return the sorted codes of organisations, separated by spaces."""
    column = next(iter(query.selected_columns))
    sqlite = dialects.is_sqlite(session)
    rows = await batches.execute(
        session,
        query.where(batches.among(column, "ids", sqlite=sqlite)),  # type: ignore[arg-type]  # a column of numbers
        {"ids": batches.bind_numbers(session, numbers)},
    )
    return {
        number: " ".join(sorted(codes.split())) for number, codes in map(tuple, rows)
    }
