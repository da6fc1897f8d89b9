"""Which store it is, and the statements that each has its own way of."""

from sqlalchemy import text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.base import Base


def is_sqlite(session: AsyncSession) -> bool:
    """Whether the session's store is one SQLite file."""
    return bool(session.get_bind().dialect.name == "sqlite")


def insert(
    session: AsyncSession, table: type[Base]
) -> sqlite.Insert | postgresql.Insert:
    """Return the store's own INSERT, the one that knows ON CONFLICT."""
    if is_sqlite(session):
        return sqlite.insert(table)
    return postgresql.insert(table)


async def analyse(session: AsyncSession, *tables: str) -> None:
    """Tell PostgreSQL what tables that were just filled hold.

    Until then it plans blindly: one it takes for empty it reads for every row anew.
    """
    if not is_sqlite(session):
        await session.flush()
        for table in tables:
            await session.execute(text(f"ANALYZE {table}"))
