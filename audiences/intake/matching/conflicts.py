"""Finds staged rows that repeat or contradict an earlier row of the same file.

Rows with one address and several organisations are one contact with as many
memberships; the first row has the facts about the contact.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateIndex

from audiences.intake.matching.first_rows import fill_first
from audiences.intake.stage import FaultyRows, analyse, remove
from audiences.intake.tables import BODIES, INDEXES, ROWS
from audiences.intake.values.checked import BODY_CELLS, Fault

OF_CONTACT = ("name", "languages", "timezone")  # cells that all rows of one must share


async def remove_conflicts(session: AsyncSession) -> list[FaultyRows]:
    """Remove rows that repeat or contradict an earlier row; return them."""
    for index in INDEXES:
        await session.execute(CreateIndex(index))
    await analyse(session)
    removed = []
    await _mark_repeated(session)
    if await any_repeated(session):
        await analyse(session)  # else PostgreSQL takes few rows as repeated
        removed.append(await remove(session, _repeated_rows(), _repeated))
        for name in OF_CONTACT:
            await fill_first(session, ROWS.c[name])
        removed.append(await remove(session, _other_persons(), _other_person))
        await _update_first_rows(session)
    first = select(func.min(BODIES.c.row)).group_by(BODIES.c.organisation)
    await session.execute(
        update(BODIES).where(BODIES.c.row.in_(first)).values(leads=True)
    )
    await analyse(session)
    return [*removed, await remove(session, _contradictions(), _contradicting)]


async def any_repeated(session: AsyncSession) -> bool:
    """Whether any row has the address of an earlier one."""
    repeated = select(exists(select(ROWS.c.number).where(ROWS.c.first.is_not(None))))
    return bool(await session.scalar(repeated))


async def any_joining(session: AsyncSession) -> bool:
    """Whether any row is about a further organisation, or repeats an address."""
    joining = or_(ROWS.c.first.is_not(None), ROWS.c.further)
    return bool(
        await session.scalar(select(exists(select(ROWS.c.number).where(joining))))
    )


async def _mark_repeated(session: AsyncSession) -> None:
    """Set `first` in the rows whose address an earlier row has."""
    repeated = (
        select(ROWS.c.address_key, func.min(ROWS.c.number).label("first"))
        .where(ROWS.c.address_key.is_not(None))
        .group_by(ROWS.c.address_key)
        .having(func.count() > 1)
        .subquery()
    )
    await session.execute(
        update(ROWS)
        .where(
            ROWS.c.address_key == repeated.c.address_key,
            ROWS.c.number > repeated.c.first,
        )
        .values(first=repeated.c.first)
    )


async def lead_orphans(session: AsyncSession) -> None:
    """Make a later row of an address the first, if the first was removed."""
    if not await any_repeated(session):
        return
    lead = ROWS.alias("lead")
    gone = and_(
        ROWS.c.first.is_not(None), ~exists().where(lead.c.number == ROWS.c.first)
    )
    next_one = (
        select(ROWS.c.first, func.min(ROWS.c.number).label("number"))
        .where(gone)
        .group_by(ROWS.c.first)
        .cte("next_one")
    )
    await session.execute(
        update(ROWS)
        .where(ROWS.c.first == next_one.c.first)
        .values(first=func.nullif(next_one.c.number, ROWS.c.number))
    )


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


def _repeated_rows() -> Select[*tuple[Any, ...]]:
    """Select the rows with the address and organisation of an earlier row.

    A row without an organisation says nothing that its first row does not say.
    """
    several = select(ROWS.c.address_key).where(ROWS.c.first.is_not(None))
    earliest = (
        select(
            ROWS.c.address_key,
            BODIES.c.organisation,
            func.min(ROWS.c.number).label("number"),
        )
        .join(BODIES, BODIES.c.body == ROWS.c.body)
        .where(ROWS.c.address_key.in_(several))
        .group_by(ROWS.c.address_key, BODIES.c.organisation)
        .subquery()
    )
    same = and_(
        earliest.c.address_key == ROWS.c.address_key,
        earliest.c.organisation == BODIES.c.organisation,
        earliest.c.number < ROWS.c.number,
    )
    before = ROWS.alias("before")
    return (
        select(
            ROWS.c.number,
            ROWS.c.row,
            ROWS.c.address,
            before.c.row.label("first"),
            before.c.address.label("before"),
        )
        .outerjoin(BODIES, BODIES.c.body == ROWS.c.body)
        .outerjoin(earliest, same)
        .join(before, before.c.number == func.coalesce(earliest.c.number, ROWS.c.first))
        .where(
            ROWS.c.first.is_not(None),
            or_(ROWS.c.body.is_(None), earliest.c.number.is_not(None)),
        )
        .order_by(ROWS.c.number)
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


def _other_persons() -> Select[*tuple[Any, ...]]:
    """Select the rows that state another name, languages or zone for their address."""
    lead = ROWS.alias("lead")
    return (
        select(
            ROWS.c.number,
            ROWS.c.row,
            lead.c.row.label("first"),
            *(ROWS.c[name] for name in OF_CONTACT),
            *(lead.c[name].label(f"lead_{name}") for name in OF_CONTACT),
        )
        .join(lead, lead.c.number == ROWS.c.first)
        .where(or_(*(_differs(ROWS.c[name], lead.c[name]) for name in OF_CONTACT)))
        .order_by(ROWS.c.number)
    )


def _differs(
    given: ColumnElement[Any], before: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Whether a cell is given and is not that of an earlier row."""
    return and_(given.is_not(None), given.is_distinct_from(before))


def _other_person(each: RowMapping) -> Iterator[Fault]:
    for name in OF_CONTACT:
        if each[name] is not None and each[name] != each[f"lead_{name}"]:
            yield Fault(
                row=each["row"],
                column=name,
                value=each[name],
                reason=f"the same address has {each['lead_' + name] or 'nothing'} here"
                f" in row {each['first']}; one address is one contact: give the same"
                " value in both rows",
            )


def _contradictions() -> Select[*tuple[Any, ...]]:
    """Select the rows with a cell that differs from the organisation's first row."""
    lead = BODIES.alias("lead")
    return (
        select(
            ROWS.c.number,
            ROWS.c.row,
            BODIES.c.code,
            lead.c.row.label("first"),
            *(BODIES.c[name] for name in BODY_CELLS),
            *(lead.c[name].label(f"lead_{name}") for name in BODY_CELLS),
        )
        .select_from(BODIES)
        .join(lead, and_(lead.c.organisation == BODIES.c.organisation, lead.c.leads))
        .join(ROWS, ROWS.c.body == BODIES.c.body)
        .where(
            BODIES.c.leads.is_(False),
            or_(*(_differs(BODIES.c[name], lead.c[name]) for name in BODY_CELLS)),
        )
        .order_by(ROWS.c.number)
    )


def _contradicting(each: RowMapping) -> Iterator[Fault]:
    for name in BODY_CELLS:
        if each[name] is not None and each[name] != each[f"lead_{name}"]:
            yield Fault(
                row=each["row"],
                column=name,
                value=each[name],
                reason=f"{each['code']} has {each['lead_' + name] or 'nothing'}"
                f" here in row {each['first']}; give the same value in both rows",
            )
