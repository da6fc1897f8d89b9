"""Writes many rows into one table, in the fastest way of each store.

COPY on PostgreSQL, INSERT statements of many rows on SQLite. Both use the driver's
connection, within the session's transaction.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import is_sqlite

BLOCK = 100  # rows per INSERT statement
Rows = Sequence[tuple[Any, ...]]


async def write(
    session: AsyncSession, table: Table, columns: Sequence[str], rows: Rows
) -> None:
    """Insert rows: tuples of values for the driver, in the order of `columns`."""
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    into = f"{table.name} ({', '.join(columns)})"
    if is_sqlite(session):
        await _insert(driver, into, len(columns), rows)
    else:
        await _copy(driver, into, rows)


async def _insert(driver: Any, into: str, width: int, rows: Rows) -> None:
    """Insert whole blocks, then single rows, so that SQLite prepares two statements."""
    marks = f"({', '.join('?' * width)})"
    whole = len(rows) - len(rows) % BLOCK
    blocks = (
        list(chain.from_iterable(rows[start : start + BLOCK]))
        for start in range(0, whole, BLOCK)
    )
    for size, given in ((BLOCK, blocks), (1, rows[whole:])):
        statement = f"INSERT INTO {into} VALUES {', '.join([marks] * size)}"  # noqa: S608 (names of our own tables)
        cursor = await driver.executemany(statement, given)
        await cursor.close()


async def _copy(driver: Any, into: str, rows: Rows) -> None:
    async with driver.cursor() as cursor:
        async with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                await copy.write_row(row)
