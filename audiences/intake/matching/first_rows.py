"""Gives the first row of an address what only later rows of the file have."""

from typing import Any

from sqlalchemy import Column, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake.tables import ROWS


async def fill_first(session: AsyncSession, cell: Column[Any]) -> None:
    """Give the first row of an address a cell that only later ones have.

    `cell` is a column of ROWS, or of a table with the `number` of rows.
    """
    numbered = cell.table
    earliest = (
        select(ROWS.c.first, func.min(ROWS.c.number).label("number"))
        .where(
            *(ROWS.c.first.is_not(None), cell.is_not(None)),
            numbered.c.number == ROWS.c.number,
        )
        .group_by(ROWS.c.first)
        .subquery()
    )
    given = (
        select(earliest.c.first, cell.label("value"))
        .join(numbered, numbered.c.number == earliest.c.number)
        .subquery()
    )
    await session.execute(
        update(numbered)
        .where(numbered.c.number == given.c.first, cell.is_(None))
        .values({cell: given.c.value})
    )
