"""Loads the reference data every site needs: states, themes and topics."""

import csv
from collections.abc import Iterator
from importlib import resources
from io import StringIO

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import OFFERED
from audiences.organisations import State, Theme
from audiences.topics import Topic


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a reference file as text."""
    path = resources.files("audiences.reference").joinpath(name)
    yield from csv.DictReader(StringIO(path.read_text(encoding="utf-8"), newline=""))


def in_languages(row: dict[str, str], column: str) -> dict[str, str]:
    """Gather `column_en`, `column_fr` … as a dictionary by language."""
    return {
        language: row[f"{column}_{language}"]
        for language in OFFERED
        if row.get(f"{column}_{language}")
    }


async def load_reference(session: AsyncSession) -> None:
    """Fill a new store with states, themes and topics."""
    await session.execute(
        insert(State),
        [
            {
                "code": row["iso2"],
                "names": in_languages(row, "name"),
                "region": row["region"],
                "electoral_group": row["electoral_group"] or None,
                "membership": row["status"],
                "languages": row["language"],
            }
            for name in ("member_states.csv", "other_countries.csv")
            for row in rows(name)
        ],
    )
    await session.execute(
        insert(Theme),
        [
            {
                "code": row["code"],
                "kind": row["kind"],
                "parent": row["parent"] or None,
                "labels": in_languages(row, "label"),
                "date": row["date"] or None,
                "place": row["place"] or None,
                "sectors": row["sectors"],
            }
            for row in rows("themes.csv")
        ],
    )
    await session.execute(
        insert(Topic),
        [
            {
                "code": row["code"],
                "names": in_languages(row, "name"),
                "rhythms": in_languages(row, "rhythm"),
                "position": position,
            }
            for position, row in enumerate(rows("topics.csv"), start=1)
        ],
    )
