"""Imports the details of contacts: telephones, tags, second addresses and others.

Each step does nothing when no row of the file has details. A cell that is given
replaces what was known; tags and second addresses are added to those that were known.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Subquery,
    Table,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.contacts import Contact
from audiences.intake.matching.first_rows import fill_first
from audiences.intake.stage import MAX_FAULTS
from audiences.intake.tables import DETAILS, ROWS, SECONDS, TAGS
from audiences.intake.values.checked import Fault
from audiences.people.details import (
    CELLS,
    ContactDetails,
    ContactTag,
    SecondAddress,
)

COLUMNS = {name: ContactDetails.__table__.c[name] for name in CELLS}


async def any_staged(session: AsyncSession) -> bool:
    """Whether a row of the file has details."""
    return bool(await session.scalar(select(exists(select(DETAILS.c.number)))))


async def gather(session: AsyncSession) -> Sequence[Fault]:
    """Join the details of each contact in its first row, and mark the rows that change.

    Return a remark for each cell that differs from that of an earlier row with the same
    address, and is not taken.
    """
    if not await any_staged(session):
        return []
    later = select(ROWS.c.first).where(ROWS.c.first.is_not(None))
    remarks: Sequence[Fault] = []
    if await session.scalar(select(exists(later))):
        await _add_first(session)
        for name in CELLS:
            await fill_first(session, DETAILS.c[name])
        remarks = await _not_taken(session)
    changed = or_(_new_cell(), _new_member(TAGS), _new_member(SECONDS))
    await session.execute(
        update(ROWS).where(ROWS.c.contact_id.is_not(None), changed).values(changes=True)
    )
    return remarks


async def _add_first(session: AsyncSession) -> None:
    """Add the first rows of contacts whose later rows alone have details."""
    lead = DETAILS.alias("lead")
    missing = (
        select(ROWS.c.first)
        .join(DETAILS, DETAILS.c.number == ROWS.c.number)
        .where(
            ROWS.c.first.is_not(None), ~exists().where(lead.c.number == ROWS.c.first)
        )
        .distinct()
    )
    await session.execute(insert(DETAILS).from_select(["number"], missing))


async def _not_taken(session: AsyncSession) -> list[Fault]:
    """Return remarks on cells of later rows that differ from the first row."""
    lead, first = DETAILS.alias("lead"), ROWS.alias("first_row")
    remarks: list[Fault] = []
    for name in CELLS:
        rows = await session.execute(
            select(ROWS.c.row, DETAILS.c[name], first.c.row, lead.c[name])
            .join(DETAILS, DETAILS.c.number == ROWS.c.number)
            .join(lead, lead.c.number == ROWS.c.first)
            .join(first, first.c.number == ROWS.c.first)
            .where(DETAILS.c[name] != lead.c[name])
            .order_by(ROWS.c.number)
            .limit(MAX_FAULTS)
        )
        remarks += [
            Fault(
                row=row,
                column=name,
                value=value[:80],
                reason=f"not taken: the same address has {taken[:80]!r} here, in row"
                f" {earlier} or another; one contact has one value",
            )
            for row, value, earlier, taken in rows
        ]
    return sorted(remarks, key=lambda remark: remark.row)[:MAX_FAULTS]


def _new_cell() -> ColumnElement[bool]:
    """Whether a cell of the first row is not what is known of its contact."""
    return and_(
        ROWS.c.first.is_(None),
        or_(
            *(
                exists()
                .where(
                    DETAILS.c.number == ROWS.c.number,
                    DETAILS.c[name].is_not(None),
                    ~exists()
                    .where(
                        ContactDetails.contact_id == ROWS.c.contact_id,
                        column == DETAILS.c[name],
                    )
                    .correlate(ROWS, DETAILS),
                )
                .correlate(ROWS)
                for name, column in COLUMNS.items()
            )
        ),
    )


def _new_member(staged: Table) -> ColumnElement[bool]:
    """Whether a row has a tag or second address that its contact has not."""
    table, cell, column = _MEMBERS[staged.name]
    known = (
        exists()
        .where(table.contact_id == ROWS.c.contact_id, column == cell)
        .correlate(ROWS, staged)
    )
    return exists().where(staged.c.number == ROWS.c.number, ~known).correlate(ROWS)


_MEMBERS: dict[str, tuple[Any, Column[Any], Any]] = {
    TAGS.name: (ContactTag, TAGS.c.tag, ContactTag.tag),
    SECONDS.name: (SecondAddress, SECONDS.c.address_key, SecondAddress.address_key),
}


async def apply(session: AsyncSession, rows: Subquery) -> None:
    """Write the details of contacts that are known or were just added.

    `rows` are the staged rows with the number of their contact in `contact`.
    """
    await session.execute(
        update(ContactDetails)
        .where(
            ContactDetails.contact_id == ROWS.c.contact_id,
            *(ROWS.c.changes, ROWS.c.first.is_(None)),
            DETAILS.c.number == ROWS.c.number,
        )
        .values(
            {
                column: func.coalesce(DETAILS.c[name], column)
                for name, column in COLUMNS.items()
            }
        )
        .execution_options(synchronize_session=False)
    )
    cells = [DETAILS.c[name] for name in CELLS]
    await session.execute(
        insert(ContactDetails).from_select(
            ["contact_id", *CELLS],
            select(rows.c.contact, *cells)
            .join(DETAILS, DETAILS.c.number == rows.c.number)
            .where(
                rows.c.first.is_(None),
                or_(*(cell.is_not(None) for cell in cells)),
                ~exists().where(ContactDetails.contact_id == rows.c.contact),
            )
            .order_by(rows.c.number),
        )
    )
    for staged, more in ((TAGS, ()), (SECONDS, (func.min(SECONDS.c.address),))):
        await _add_members(session, rows, staged, more)


async def _add_members(
    session: AsyncSession,
    rows: Subquery,
    staged: Table,
    more: Sequence[ColumnElement[Any]],
) -> None:
    """Add the tags or second addresses that contacts have not."""
    table, cell, column = _MEMBERS[staged.name]
    new = (
        select(rows.c.contact, cell, *more)
        .join(staged, staged.c.number == rows.c.number)
        .where(
            ~exists().where(table.contact_id == rows.c.contact, column == cell),
        )
        .group_by(rows.c.contact, cell)
        .order_by(rows.c.contact, cell)
    )
    names = ["contact_id", cell.name, *(["address"] if more else [])]
    await session.execute(insert(table).from_select(names, new))


async def carry_stops(session: AsyncSession, import_id: int) -> None:
    """Stop the contacts of an import whose address is a second one of a stopped reader.

    A reader who asked for no more letters gets none at another address either.
    """
    if not await session.scalar(select(exists(select(SecondAddress.contact_id)))):
        return
    holder = aliased(Contact)
    stopped = (
        select(SecondAddress.address_key, func.min(holder.stopped_at).label("at"))
        .join(holder, holder.id == SecondAddress.contact_id)
        .where(holder.stopped_at.is_not(None))
        .group_by(SecondAddress.address_key)
        .subquery()
    )
    await session.execute(
        update(Contact)
        .where(
            *(Contact.import_id == import_id, Contact.stopped_at.is_(None)),
            Contact.address_key == stopped.c.address_key,
        )
        .values(stopped_at=stopped.c.at)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        update(ROWS)
        .where(ROWS.c.address_key == stopped.c.address_key)
        .values(topics=None)
    )
