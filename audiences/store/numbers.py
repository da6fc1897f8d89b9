"""Reserves numbers for rows before they are written.

A statement that knows the numbers of new rows can write other rows that refer to them,
without looking them up.
"""

from typing import cast

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.base import Base
from audiences.store.dialects import is_sqlite


async def reserve(
    session: AsyncSession, model: type[Base], count: int, *, given: int = 0
) -> int:
    """Reserve `count` consecutive numbers of a table; return the one before them.

    `given` is the highest number that other tables name: SQLite would give it again
    once its row is deleted.
    """
    if not count:
        return 0
    table = cast(Table, model.__table__)
    if is_sqlite(session):  # there are no other writers during the transaction
        return max(await session.scalar(select(func.max(table.c.id))) or 0, given)
    connection = await session.connection()
    sequence = func.pg_get_serial_sequence(table.name, "id")
    # The lock keeps others from taking a number in between. The rollback releases it,
    # but does not reset the sequence.
    savepoint = await connection.begin_nested()
    lock = f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"
    await connection.execute(text(lock))
    below: int = await connection.scalar(select(func.nextval(sequence))) or 0
    await connection.execute(select(func.setval(sequence, below + count)))
    await savepoint.rollback()
    return below
