"""Gives the room that deleted rows left in a SQLite store back to the disk."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.errors import RefusedError, StoreError
from mailer.store.database import Database

COPIES = 2  # of the store, which a compaction writes beside it
MEGABYTE = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreSize:
    """The size of a SQLite store, and the room in it that no row uses, in bytes."""

    total: int
    unused: int


async def measure(session: AsyncSession) -> StoreSize:
    """Return the size of a SQLite store."""
    page = int(await session.scalar(text("pragma page_size")) or 0)
    pages = int(await session.scalar(text("pragma page_count")) or 0)
    free = int(await session.scalar(text("pragma freelist_count")) or 0)
    return StoreSize(total=pages * page, unused=free * page)


async def compact(database: Database) -> tuple[StoreSize, StoreSize]:
    """Copy a SQLite store without its unused room; return its size before and after.

    Raises RefusedError for PostgreSQL and where the disk has too little room, and
    StoreError while another process writes. Nothing is changed then.
    """
    if not database.is_sqlite:
        raise RefusedError(
            "PostgreSQL gives room back by itself, by autovacuum; only SQLite is"
            " compacted"
        )
    async with database.reading() as session:
        before = await measure(session)
    _require_room(Path(str(database.engine.url.database)), before)
    try:
        await _vacuum(database)
    except sqlite3.Error as fault:
        raise StoreError(
            f"the store was not compacted, and is as it was: {fault}; stop every"
            " process of the site, then try again"
        ) from None
    async with database.reading() as session:
        return before, await measure(session)


def _require_room(path: Path, size: StoreSize) -> None:
    """Refuse where the copy and its journal have no room."""
    needed, free = COPIES * size.total, shutil.disk_usage(path.parent).free
    if free < needed:
        raise RefusedError(
            f"the disk of {path} has {free // MEGABYTE:,} MB free, and a compaction"
            f" needs {needed // MEGABYTE:,} MB; make room first"
        )


async def _vacuum(database: Database) -> None:
    """Run VACUUM, which no transaction may be around."""
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        for statement in ("vacuum", "pragma wal_checkpoint(truncate)"):
            cursor = await driver.execute(statement)  # type: ignore[union-attr]
            await cursor.close()
