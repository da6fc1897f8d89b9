"""Adds the sectors and field offices of the reference data to a new store."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import true
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.organisations import (
    Kind,
    Organisation,
    OrganisationCountry,
    Relation,
    folded,
)
from audiences.people import search_texts
from audiences.reference import official_names
from audiences.reference.load import in_languages, rows


async def load_bodies(session: AsyncSession, *, now: datetime) -> None:
    """Add the sectors and field offices of the reference data, without contacts.

    Their addresses there are examples, so they are left out.
    """
    for body, serves in _bodies(now):
        session.add(body)
        await session.flush()
        session.add_all(
            OrganisationCountry(
                organisation_id=body.id, relation=Relation.SERVES, country=code
            )
            for code in serves
        )
    await search_texts.refresh_organisations(session, true())


def _bodies(now: datetime) -> Iterator[tuple[Organisation, list[str]]]:
    """Yield each sector and office with the countries that it serves."""
    for row in rows("sectors.csv"):
        yield _body(row["code"], Kind.SECTOR, in_languages(row, "name"), now), []
    for row in rows("field_offices.csv"):
        names = official_names.office(row)
        body = _body(row["code"], Kind.FIELD_OFFICE, names, now)
        body.country = row["country"]
        yield body, row["countries"].split()


def _body(
    code: str, kind: Kind, names: Mapping[str, str], now: datetime
) -> Organisation:
    return Organisation(
        code=code,
        code_key=folded(code),
        kind=kind,
        name=names["en"],
        names={language: name for language, name in names.items() if name},
        updated_at=now,
    )
