"""Numbers for rows to come, taken from the store at once.

Whoever knows the numbers of its rows need not look for them by a key afterwards.
"""

from typing import cast

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.base import Base
from audiences.store.dialects import is_sqlite


async def reserve(session: AsyncSession, table: type[Base], count: int) -> int:
    """Return the number below `count` numbers that nobody else is given."""
    if not count:
        return 0
    held = cast(Table, table.__table__)
    if is_sqlite(session):  # the transaction writes alone
        return await session.scalar(select(func.max(held.c.id))) or 0
    connection = await session.connection()
    sequence = func.pg_get_serial_sequence(held.name, "id")
    # Others wait for this moment, so that none takes a number in between. The lock goes
    # with the savepoint; a sequence is not rolled back.
    moment = await connection.begin_nested()
    lock = f"LOCK TABLE {held.name} IN SHARE ROW EXCLUSIVE MODE"
    await connection.execute(text(lock))
    below: int = await connection.scalar(select(func.nextval(sequence))) or 0
    await connection.execute(select(func.setval(sequence, below + count)))
    await moment.rollback()
    return below
