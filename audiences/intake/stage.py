"""Stages checked rows in temporary tables of the store.

So a file of any length needs little memory, and the directory is not locked while the
file is read.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import RowMapping, Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateTable, DropTable

from audiences.intake.tables import BODIES, DETAILS, ROWS, SECONDS, SETS, TABLES, TAGS
from audiences.intake.values.checked import BODY_CELLS, Body, CheckedRow, Fault
from audiences.people.details import CELLS
from audiences.store import bulk, dialects

CHUNK = 2_000  # rows
MAX_FAULTS = 10_000  # kept for the report; further ones are only counted
CACHED = 50_000  # sets of codes that are known to be staged
Numbered = tuple[int, CheckedRow]  # with its place among the staged rows
_ROW = (
    *("number", "row", "address", "address_key", "name", "function", "roles"),
    *("languages", "timezone", "topics", "consent", "body"),
)
_DETAILS = ("number", *CELLS)
_BODY = ("body", "row", "organisation", "code", *BODY_CELLS, "names")


async def create(session: AsyncSession) -> None:
    """Create the staging tables of this connection; drop old ones first."""
    for table in TABLES:
        await session.execute(DropTable(table, if_exists=True))
        await session.execute(CreateTable(table))


async def load(session: AsyncSession, rows: Iterable[CheckedRow]) -> None:
    """Stage rows; while the store writes one chunk, the next is read and checked."""
    staged: set[str] = set()
    writing: asyncio.Task[None] | None = None
    after = 0  # the last row that is staged or being staged
    try:
        for chunk in _chunks(enumerate(rows, start=1)):
            if writing is not None:
                await writing
            writing = asyncio.create_task(_write(session, chunk, after, staged))
            after = chunk[-1][1].row
            await asyncio.sleep(0)  # starts the task
    finally:
        if writing is not None:
            await writing


async def _write(
    session: AsyncSession, chunk: list[Numbered], after: int, staged: set[str]
) -> None:
    """Write a chunk; a row may begin in the one before, which then has its body."""
    await bulk.write(session, ROWS, _ROW, [_row(*each) for each in chunk])
    await _write_details(session, chunk)
    bodies = {
        each.row: each.body
        for _, each in chunk
        if each.body and each.body.row == each.row > after
    }.values()
    await bulk.write(session, BODIES, _BODY, [_body(each) for each in bodies])
    sets = {each.topics for _, each in chunk if each.topics}
    sets.update(cell for body in bodies for cell in body.sets)
    new = sets - staged
    if len(staged) < CACHED:
        staged |= new
    elif new:
        known = select(SETS.c.codes).where(SETS.c.codes.in_(new))
        new -= set(await session.scalars(known))
    codes = [(cell, code) for cell in sorted(new) for code in cell.split()]
    await bulk.write(session, SETS, ("codes", "code"), codes)


async def _write_details(session: AsyncSession, chunk: list[Numbered]) -> None:
    """Write the details of those rows that have any."""
    given = [(number, row.details) for number, row in chunk if row.details]
    if not given:
        return
    rows = [(number, *details.cells) for number, details in given]
    tags = [(number, tag) for number, details in given for tag in details.tags]
    seconds = [
        (number, key, address)
        for number, details in given
        for key, address in details.seconds.items()
    ]
    await bulk.write(session, DETAILS, _DETAILS, rows)
    await bulk.write(session, TAGS, ("number", "tag"), tags)
    await bulk.write(session, SECONDS, ("number", "address_key", "address"), seconds)


def _row(number: int, checked: CheckedRow) -> tuple[Any, ...]:
    return (number, *checked[:-2], checked.body.row if checked.body else None)


def _body(body: Body) -> tuple[Any, ...]:
    names = json.dumps(body.names) if body.names else None
    return (body.row, body.row, body.organisation, body.code, *body.cells, names)


@dataclass(frozen=True, slots=True)
class FaultyRows:
    """Rows that were removed: how many, and the faults of the first."""

    rows: int
    faults: list[Fault]

    def __add__(self, other: "FaultyRows") -> "FaultyRows":
        return FaultyRows(self.rows + other.rows, [*self.faults, *other.faults])


async def analyse(session: AsyncSession) -> None:
    """Update the statistics of the staging tables, after a statement filled them."""
    await dialects.analyse(session, *(table.name for table in TABLES))


async def remove(
    session: AsyncSession,
    faulty: Select[*tuple[Any, ...]],
    faults_of: Callable[[RowMapping], Iterable[Fault]],
) -> FaultyRows:
    """Delete rows from the staging tables; return them with at most MAX_FAULTS faults.

    `faulty` selects them, with the columns `number` and `row` and what `faults_of`
    reads.
    """
    found = faulty.order_by(None).subquery()
    count = await session.scalar(select(func.count(found.c.row.distinct())))
    if not count:
        return FaultyRows(0, [])
    first = await session.execute(faulty.limit(MAX_FAULTS))
    faults = [fault for each in first.mappings() for fault in faults_of(each)]
    await session.execute(delete(ROWS).where(ROWS.c.number.in_(select(found.c.number))))
    return FaultyRows(count, list(dict.fromkeys(faults))[:MAX_FAULTS])


def _chunks(rows: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
