"""Stages checked rows in temporary tables of the store.

Bounded memory for a file of any length, and no lock on the directory while it is
read: what two rows contradict each other in is found here, by the store.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from audiences.intake.check import Checked, Fault

CHUNK = 2_000

# What a row says of its organisation: the same in every row of that organisation.
BODY = (
    "organisation_name",
    "names",
    "acronym",
    "kind",
    "status",
    "level",
    "country",
    "organisation_languages",
    "fields",
    "acts_in",
    "serves",
)

_METADATA = MetaData()
ROWS = Table(
    "intake_row",
    _METADATA,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("address", String),
    Column("address_key", LargeBinary),
    Column("name", String),
    Column("roles", Integer),
    Column("languages", String),
    Column("timezone", String),
    Column("organisation", String),
    *(
        Column(name, JSON(none_as_null=True) if name == "names" else String)
        for name in BODY
    ),
    Column("topics", String),
    Column("consent", String),
    Column("leads", Boolean, default=False),  # speaks for its organisation
    Column("contact_id", Integer),
    Column("organisation_id", Integer),
    Column("body_changes", Boolean, default=False),
    Column("contact_changes", Boolean, default=False),
    prefixes=["TEMPORARY"],
)
LINKS = Table(
    "intake_link",
    _METADATA,
    Column("row", Integer, primary_key=True),
    Column("relation", String, primary_key=True),
    Column("value", String, primary_key=True),
    prefixes=["TEMPORARY"],
)
_INDEXES = (
    Index("ix_intake_row_key", ROWS.c.address_key),
    Index("ix_intake_row_organisation", ROWS.c.organisation, ROWS.c.leads),
)


async def create(session: AsyncSession) -> None:
    """Make the staging tables of this connection anew."""
    for table in (LINKS, ROWS):
        await session.execute(DropTable(table, if_exists=True))
        await session.execute(CreateTable(table))


async def drop(session: AsyncSession) -> None:
    """Remove the staging tables of this connection."""
    for table in (LINKS, ROWS):
        await session.execute(DropTable(table, if_exists=True))


async def load(session: AsyncSession, rows: Iterable[Checked]) -> int:
    """Stage rows; return how many."""
    blank: dict[str, Any] = {
        column.name: None for column in ROWS.columns if column.default is None
    }
    count = 0
    for chunk in _chunks(rows):
        count += len(chunk)
        await session.execute(
            insert(ROWS), [{**blank, "row": each.row, **each.values} for each in chunk]
        )
        links = [
            {"row": each.row, "relation": relation, "value": value}
            for each in chunk
            for relation, value in each.links
        ]
        if links:
            await session.execute(insert(LINKS), links)
    return count


async def settle(session: AsyncSession) -> list[Fault]:
    """Set aside rows that contradict an earlier one; return why."""
    for index in _INDEXES:
        await session.execute(CreateIndex(index))
    faults = await _repeated_addresses(session)
    await set_aside(session, faults)
    first = select(func.min(ROWS.c.row)).group_by(ROWS.c.organisation)
    await session.execute(update(ROWS).where(ROWS.c.row.in_(first)).values(leads=True))
    contradictions = await _contradictions(session)
    await set_aside(session, contradictions)
    return faults + contradictions


async def set_aside(session: AsyncSession, faults: list[Fault]) -> None:
    """Take faulty rows out of the staging."""
    numbers = iter(sorted({fault.row for fault in faults}))
    while chunk := list(islice(numbers, CHUNK)):
        await session.execute(delete(LINKS).where(LINKS.c.row.in_(chunk)))
        await session.execute(delete(ROWS).where(ROWS.c.row.in_(chunk)))


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
    lead = ROWS.alias("lead")
    columns = [name for name in BODY if name != "names"]
    differs = or_(
        *(
            and_(ROWS.c[name].is_not(None), ROWS.c[name].is_distinct_from(lead.c[name]))
            for name in columns
        )
    )
    found = await session.execute(
        select(
            ROWS.c.row,
            ROWS.c.organisation,
            lead.c.row.label("first"),
            *(ROWS.c[name] for name in columns),
            *(lead.c[name].label(f"lead_{name}") for name in columns),
        )
        .join(lead, and_(lead.c.organisation == ROWS.c.organisation, lead.c.leads))
        .where(ROWS.c.leads.is_(False), differs)
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
        for name in columns
        if each[name] is not None and each[name] != each[f"lead_{name}"]
    ]


def _chunks(rows: Iterable[Checked]) -> Iterator[list[Checked]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
