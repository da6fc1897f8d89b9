"""Detects the store, and builds statements that differ between stores."""

import importlib

from sqlalchemy import func, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.base import Base


def is_sqlite(session: AsyncSession) -> bool:
    """Whether the session's store is SQLite; if not, it is PostgreSQL."""
    return bool(session.get_bind().dialect.name == "sqlite")


def insert(session: AsyncSession, table: type[Base]) -> sqlite.Insert:
    """Return the INSERT of the store's dialect, which supports ON CONFLICT."""
    return insert_on(table, on_sqlite=is_sqlite(session))


def insert_on(table: type[Base], *, on_sqlite: bool) -> sqlite.Insert:
    """Return the INSERT of a dialect, which supports ON CONFLICT.

    That of PostgreSQL has the same methods; it takes 50 ms to load, so commands on
    SQLite do without it.
    """
    if on_sqlite:
        return sqlite.insert(table)
    dialect = importlib.import_module("sqlalchemy.dialects.postgresql")
    made: sqlite.Insert = dialect.insert(table)
    return made


async def analyse(session: AsyncSession, *tables: str) -> None:
    """Update PostgreSQL's statistics of tables that were just filled.

    With old statistics it takes a full table for empty, and scans it for every row.
    """
    if not is_sqlite(session):
        await session.flush()
        for table in tables:
            await session.execute(text(f"ANALYZE {table}"))


async def wait_for_others(session: AsyncSession, lock: int) -> None:
    """Wait until no other transaction has this advisory lock, and hold it to the end.

    SQLite has one writer at a time and needs none.
    """
    if not is_sqlite(session):
        await session.execute(select(func.pg_advisory_xact_lock(lock)))
