"""Stages checked rows in temporary tables of the store, and finds conflicts there.

So a file of any length needs little memory, and the directory is not locked while the
file is read.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from audiences.intake.check import BODY_CELLS, Body, CheckedRow, Fault
from audiences.intake.tables import BODIES, INDEXES, ROWS, SETS, TABLES
from audiences.store import bulk, dialects

CHUNK = 2_000  # rows
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


async def remove_conflicts(session: AsyncSession) -> list[Fault]:
    """Remove rows that repeat an address or contradict an earlier row.

    Return their faults.
    """
    for index in INDEXES:
        await session.execute(CreateIndex(index))
    await analyse(session)
    faults = await _repeated_addresses(session)
    await remove_rows(session, faults)
    if faults:
        await _update_first_rows(session)
    first = select(func.min(BODIES.c.row)).group_by(BODIES.c.organisation)
    await session.execute(
        update(BODIES).where(BODIES.c.row.in_(first)).values(leads=True)
    )
    await analyse(session)
    contradictions = await _contradictions(session)
    await remove_rows(session, contradictions)
    return faults + contradictions


async def analyse(session: AsyncSession) -> None:
    """Update the statistics of the staging tables, after a statement filled them."""
    await dialects.analyse(session, *(table.name for table in TABLES))


async def remove_rows(session: AsyncSession, faults: list[Fault]) -> None:
    """Delete the rows with faults from the staging tables."""
    numbers = iter(sorted({fault.row for fault in faults}))
    while chunk := list(islice(numbers, CHUNK)):
        await session.execute(delete(ROWS).where(ROWS.c.row.in_(chunk)))


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


async def _repeated_addresses(session: AsyncSession) -> list[Fault]:
    """Return a fault for each row whose address an earlier row has."""
    repeated = (
        select(ROWS.c.address_key, func.min(ROWS.c.row).label("first"))
        .group_by(ROWS.c.address_key)
        .having(func.count() > 1)
        .subquery()
    )
    earlier = ROWS.alias("earlier")
    rows = await session.execute(
        select(ROWS.c.row, ROWS.c.address, repeated.c.first, earlier.c.address)
        .join(repeated, repeated.c.address_key == ROWS.c.address_key)
        .join(earlier, earlier.c.row == repeated.c.first)
        .where(ROWS.c.row > repeated.c.first)
        .order_by(ROWS.c.row)
    )
    return [
        Fault(
            row=row,
            column="address",
            value=address,
            reason=f"the same address as in row {first}"
            if address == before
            else f"differs from {before} in row {first} only in capitals or Unicode"
            " form; it is the same mailbox",
        )
        for row, address, first, before in rows
    ]


async def _contradictions(session: AsyncSession) -> list[Fault]:
    """Return a fault for each cell that differs from the organisation's first row."""
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
    rows = await session.execute(
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
    return [
        Fault(
            row=each["row"],
            column=name,
            value=each[name],
            reason=f"{each['organisation']} has {each['lead_' + name] or 'nothing'}"
            f" here in row {each['first']}; give the same value in both rows",
        )
        for each in rows.mappings()
        for name in BODY_CELLS
        if each[name] is not None and each[name] != each[f"lead_{name}"]
    ]


def _chunks(rows: Iterable[CheckedRow]) -> Iterator[list[CheckedRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
