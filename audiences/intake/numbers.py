"""Numbers for rows to come, taken from the store at once.

Whoever knows the numbers of its rows need not look for them by a key afterwards.
"""

from typing import cast

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.base import Base


async def reserve(session: AsyncSession, table: type[Base], count: int) -> int:
    """Return the number below `count` numbers that nobody else is given."""
    held = cast(Table, table.__table__)
    if session.get_bind().dialect.name == "sqlite":  # the transaction writes alone
        return await session.scalar(select(func.max(held.c.id))) or 0
    # Others wait with their own rows, so that none takes a number in between.
    await session.execute(text(f"LOCK TABLE {held.name} IN SHARE ROW EXCLUSIVE MODE"))
    sequence = func.pg_get_serial_sequence(held.name, "id")
    below: int = await session.scalar(select(func.nextval(sequence))) or 0
    await session.execute(select(func.setval(sequence, below + count)))
    return below
