"""Stages checked rows in temporary tables of the store.

Bounded memory for a file of any length, and no lock on the directory while it is
read: what two rows contradict each other in is found here, by the store.
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

CHUNK = 2_000
REMEMBERED = 50_000  # sets of codes known to be staged
_ROW = (
    *("row", "address", "address_key", "name", "roles", "languages", "timezone"),
    *("topics", "consent", "body"),
)
_BODY = ("body", "row", "organisation", *BODY_CELLS, "names")


async def create(session: AsyncSession) -> None:
    """Make the staging tables of this connection anew."""
    for table in TABLES:
        await session.execute(DropTable(table, if_exists=True))
        await session.execute(CreateTable(table))


async def load(session: AsyncSession, rows: Iterable[CheckedRow]) -> None:
    """Stage rows: while the store writes one chunk, the next is read and checked."""
    staged: set[str] = set()
    writing: asyncio.Task[None] | None = None
    try:
        for chunk in _chunks(rows):
            if writing is not None:
                await writing
            writing = asyncio.create_task(_write(session, chunk, staged))
            await asyncio.sleep(0)  # lets the store begin
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
    fresh = sets - staged
    if len(staged) < REMEMBERED:
        staged |= fresh
    elif fresh:
        known = select(SETS.c.codes).where(SETS.c.codes.in_(fresh))
        fresh -= set(await session.scalars(known))
    codes = [(cell, code) for cell in sorted(fresh) for code in cell.split()]
    await bulk.write(session, SETS, ("codes", "code"), codes)


def _row(checked: CheckedRow) -> tuple[Any, ...]:
    return (*checked[:-1], checked.body.row if checked.body else None)


def _body(body: Body) -> tuple[Any, ...]:
    names = json.dumps(body.names) if body.names else None
    return (body.row, body.row, body.organisation, *body.cells, names)


async def settle(session: AsyncSession) -> list[Fault]:
    """Set aside rows that contradict an earlier one; return why."""
    for index in INDEXES:
        await session.execute(CreateIndex(index))
    await analyse(session)
    faults = await _repeated_addresses(session)
    await set_aside(session, faults)
    if faults:
        await _follow(session)
    leader = select(func.min(BODIES.c.row)).group_by(BODIES.c.organisation)
    await session.execute(
        update(BODIES).where(BODIES.c.row.in_(leader)).values(leads=True)
    )
    await analyse(session)
    contradictions = await _contradictions(session)
    await set_aside(session, contradictions)
    return faults + contradictions


async def analyse(session: AsyncSession) -> None:
    """Say what the tables hold now, again after each statement that fills a column."""
    await dialects.analyse(session, *(table.name for table in TABLES))


async def set_aside(session: AsyncSession, faults: list[Fault]) -> None:
    """Take faulty rows out of the staging."""
    numbers = iter(sorted({fault.row for fault in faults}))
    while chunk := list(islice(numbers, CHUNK)):
        await session.execute(delete(ROWS).where(ROWS.c.row.in_(chunk)))


async def _follow(session: AsyncSession) -> None:
    """Say anew which row is the first to say each thing; forget what none says."""
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
    repeated = (
        select(ROWS.c.address_key, func.min(ROWS.c.row).label("first"))
        .group_by(ROWS.c.address_key)
        .having(func.count() > 1)
        .subquery()
    )
    earlier = ROWS.alias("earlier")
    found = await session.execute(
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
        for row, address, first, before in found
    ]


async def _contradictions(session: AsyncSession) -> list[Fault]:
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
    found = await session.execute(
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
            f" here in row {each['first']}; say the same in both rows",
        )
        for each in found.mappings()
        for name in BODY_CELLS
        if each[name] is not None and each[name] != each[f"lead_{name}"]
    ]


def _chunks(rows: Iterable[CheckedRow]) -> Iterator[list[CheckedRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
