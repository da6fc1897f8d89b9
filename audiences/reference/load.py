"""Loads the reference data of every site: countries, themes and topics."""

import csv
from collections.abc import Iterator
from importlib import resources
from io import StringIO
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.languages import OFFERED
from audiences.organisations import Country, Theme
from audiences.topics import Topic


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV file of this folder, by heading."""
    path = resources.files("audiences.reference").joinpath(name)
    yield from csv.DictReader(StringIO(path.read_text(encoding="utf-8"), newline=""))


def in_languages(row: dict[str, str], column: str) -> dict[str, str]:
    """Return the filled cells of `column_en`, `column_fr` …, by language."""
    return {
        language: row[f"{column}_{language}"]
        for language in OFFERED
        if row.get(f"{column}_{language}")
    }


async def load_reference(session: AsyncSession) -> None:
    """Fill a new store with countries, themes and topics."""
    await session.execute(insert(Country), list(_countries()))
    await session.execute(insert(Theme), list(_themes()))
    await session.execute(insert(Topic), list(_topics()))


def _countries() -> Iterator[dict[str, Any]]:
    for name in ("member_states.csv", "other_countries.csv"):
        for row in rows(name):
            yield {
                "code": row["iso2"],
                "names": in_languages(row, "name"),
                "region": row["region"],
                "electoral_group": row["electoral_group"] or None,
                "membership": row["status"],
                "languages": row["language"],
            }


def _themes() -> Iterator[dict[str, Any]]:
    for row in rows("themes.csv"):
        yield {
            "code": row["code"],
            "kind": row["kind"],
            "parent": row["parent"] or None,
            "labels": in_languages(row, "label"),
            "date": row["date"] or None,
            "place": row["place"] or None,
            "sectors": row["sectors"],
        }


def _topics() -> Iterator[dict[str, Any]]:
    for position, row in enumerate(rows("topics.csv"), start=1):
        yield {
            "code": row["code"],
            "names": in_languages(row, "name"),
            "rhythms": in_languages(row, "rhythm"),
            "position": position,
        }
