"""Stages checked rows in temporary tables of the store, and finds conflicts there.

So a file of any length needs little memory, and the directory is not locked while the
file is read.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import RowMapping, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from audiences.intake.check import BODY_CELLS, Body, CheckedRow, Fault
from audiences.intake.tables import BODIES, INDEXES, ROWS, SETS, TABLES
from audiences.store import bulk, dialects

CHUNK = 2_000  # rows
MAX_FAULTS = 10_000  # kept for the report; further ones are only counted
CACHED = 50_000  # sets of codes that are known to be staged
_ROW = (
    *("row", "address", "address_key", "name", "roles", "languages", "timezone"),
    *("topics", "consent", "body"),
)
_BODY = ("body", "row", "organisation", *BODY_CELLS, "names")


async def create(session: AsyncSession) -> None:
    """Create the staging tables of this connection; drop old ones first."""
    for table in TABLES:
        await session.execute(DropTable(table, if_exists=True))
        await session.execute(CreateTable(table))


async def load(session: AsyncSession, rows: Iterable[CheckedRow]) -> None:
    """Stage rows; while the store writes one chunk, the next is read and checked."""
    staged: set[str] = set()
    writing: asyncio.Task[None] | None = None
    try:
        for chunk in _chunks(rows):
            if writing is not None:
                await writing
            writing = asyncio.create_task(_write(session, chunk, staged))
            await asyncio.sleep(0)  # starts the task
    finally:
        if writing is not None:
            await writing


async def _write(
    session: AsyncSession, chunk: list[CheckedRow], staged: set[str]
) -> None:
    await bulk.write(session, ROWS, _ROW, [_row(each) for each in chunk])
    bodies = [each.body for each in chunk if each.body and each.body.row == each.row]
    await bulk.write(session, BODIES, _BODY, [_body(each) for each in bodies])
    sets = {each.topics for each in chunk if each.topics}
    sets.update(cell for body in bodies for cell in body.sets)
    new = sets - staged
    if len(staged) < CACHED:
        staged |= new
    elif new:
        known = select(SETS.c.codes).where(SETS.c.codes.in_(new))
        new -= set(await session.scalars(known))
    codes = [(cell, code) for cell in sorted(new) for code in cell.split()]
    await bulk.write(session, SETS, ("codes", "code"), codes)


def _row(checked: CheckedRow) -> tuple[Any, ...]:
    return (*checked[:-1], checked.body.row if checked.body else None)


def _body(body: Body) -> tuple[Any, ...]:
    names = json.dumps(body.names) if body.names else None
    return (body.row, body.row, body.organisation, *body.cells, names)


@dataclass(frozen=True, slots=True)
class FaultyRows:
    """Rows that were removed: how many, and the faults of the first."""

    rows: int
    faults: list[Fault]


async def remove_conflicts(session: AsyncSession) -> list[FaultyRows]:
    """Remove rows that repeat an address or contradict an earlier row; return them."""
    for index in INDEXES:
        await session.execute(CreateIndex(index))
    await analyse(session)
    repeated = await remove(session, _repeated_addresses(), _repeated)
    if repeated.rows:
        await _update_first_rows(session)
    first = select(func.min(BODIES.c.row)).group_by(BODIES.c.organisation)
    await session.execute(
        update(BODIES).where(BODIES.c.row.in_(first)).values(leads=True)
    )
    await analyse(session)
    return [repeated, await remove(session, _contradictions(), _contradicting)]


async def analyse(session: AsyncSession) -> None:
    """Update the statistics of the staging tables, after a statement filled them."""
    await dialects.analyse(session, *(table.name for table in TABLES))


async def remove(
    session: AsyncSession,
    faulty: Select[*tuple[Any, ...]],
    faults_of: Callable[[RowMapping], Iterable[Fault]],
) -> FaultyRows:
    """Delete rows from the staging tables; return them with at most MAX_FAULTS faults.

    `faulty` selects them, with the column `row` and what `faults_of` reads.
    """
    numbers = faulty.order_by(None).subquery().c.row
    count = await session.scalar(select(func.count(numbers.distinct())))
    if not count:
        return FaultyRows(0, [])
    first = await session.execute(faulty.limit(MAX_FAULTS))
    faults = [fault for each in first.mappings() for fault in faults_of(each)]
    await session.execute(delete(ROWS).where(ROWS.c.row.in_(select(numbers))))
    return FaultyRows(count, faults[:MAX_FAULTS])


async def _update_first_rows(session: AsyncSession) -> None:
    """Recompute the first row of each body; delete bodies to which no row refers."""
    first = (
        select(ROWS.c.body, func.min(ROWS.c.row).label("row"))
        .where(ROWS.c.body.is_not(None))
        .group_by(ROWS.c.body)
        .subquery()
    )
    await session.execute(
        update(BODIES).where(BODIES.c.body == first.c.body).values(row=first.c.row)
    )
    await session.execute(
        delete(BODIES).where(BODIES.c.body.not_in(select(first.c.body)))
    )


def _repeated_addresses() -> Select[*tuple[Any, ...]]:
    """Select the rows whose address an earlier row has."""
    repeated = (
        select(ROWS.c.address_key, func.min(ROWS.c.row).label("first"))
        .group_by(ROWS.c.address_key)
        .having(func.count() > 1)
        .subquery()
    )
    earlier = ROWS.alias("earlier")
    return (
        select(
            ROWS.c.row,
            ROWS.c.address,
            repeated.c.first,
            earlier.c.address.label("before"),
        )
        .join(repeated, repeated.c.address_key == ROWS.c.address_key)
        .join(earlier, earlier.c.row == repeated.c.first)
        .where(ROWS.c.row > repeated.c.first)
        .order_by(ROWS.c.row)
    )


def _repeated(each: RowMapping) -> Iterator[Fault]:
    before, first = each["before"], each["first"]
    yield Fault(
        row=each["row"],
        column="address",
        value=each["address"],
        reason=f"the same address as in row {first}"
        if each["address"] == before
        else f"differs from {before} in row {first} only in capitals or Unicode"
        " form; it is the same mailbox",
    )


def _contradictions() -> Select[*tuple[Any, ...]]:
    """Select the rows with a cell that differs from the organisation's first row."""
    lead = BODIES.alias("lead")
    differs = or_(
        *(
            and_(
                BODIES.c[name].is_not(None),
                BODIES.c[name].is_distinct_from(lead.c[name]),
            )
            for name in BODY_CELLS
        )
    )
    return (
        select(
            ROWS.c.row,
            BODIES.c.organisation,
            lead.c.row.label("first"),
            *(BODIES.c[name] for name in BODY_CELLS),
            *(lead.c[name].label(f"lead_{name}") for name in BODY_CELLS),
        )
        .select_from(BODIES)
        .join(lead, and_(lead.c.organisation == BODIES.c.organisation, lead.c.leads))
        .join(ROWS, ROWS.c.body == BODIES.c.body)
        .where(BODIES.c.leads.is_(False), differs)
        .order_by(ROWS.c.row)
    )


def _contradicting(each: RowMapping) -> Iterator[Fault]:
    for name in BODY_CELLS:
        if each[name] is not None and each[name] != each[f"lead_{name}"]:
            yield Fault(
                row=each["row"],
                column=name,
                value=each[name],
                reason=f"{each['organisation']} has {each['lead_' + name] or 'nothing'}"
                f" here in row {each['first']}; give the same value in both rows",
            )


def _chunks(rows: Iterable[CheckedRow]) -> Iterator[list[CheckedRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
