"""The store: one engine, and the only ways into a transaction.

`writing` commits when its block ends well and rolls back otherwise; `reading` never
writes. SQLite takes the write lock at the start (BEGIN IMMEDIATE), so that nothing is
decided on what another writer is changing; otherwise concurrent updates vanish.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)

from mailer.settings.sections import StoreSettings
from mailer.store.faults import comes_back, refused

log = structlog.get_logger()
_READING = "liaison_reading"
# KiB of SQLite's pages, a connection: of the store, and of its temporary tables
USUAL_CACHE, LARGE_CACHE = (2_000, 2_000), (16_000, 4_000)
STORE_WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds while the store is away
Result = TypeVar("Result")


class Database:
    """The engine of a site, closed by `close`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.patient_until = float("inf")  # by time.monotonic
        self._turn = asyncio.Lock()
        self._reader = engine.execution_options(
            **{_READING: True, "postgresql_readonly": True}
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is one SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """One act, one transaction, committed at the end of the block.

        On SQLite the writers of a process take turns here: waiting for one another
        in the store itself costs naps of many milliseconds.
        """
        async with self._turn if self.is_sqlite else nullcontext():
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                async with session.begin():
                    yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Look at the store as it is at one moment."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            async with session.begin():
                yield session

    @asynccontextmanager
    async def held(self) -> AsyncIterator["HeldConnection"]:
        """One connection for several transactions, so that temporary tables last.

        Much is written over it, so SQLite gets a larger cache: keys in no order would
        otherwise be read and written again for every few rows.
        """
        async with self.engine.connect() as connection:
            if not self.is_sqlite:
                yield HeldConnection(connection, nullcontext())
                return
            await _cache(connection, LARGE_CACHE)
            try:
                yield HeldConnection(connection, self._turn)
            finally:
                await _cache(connection, USUAL_CACHE)

    async def patiently(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Do an act that may be done again, until the store is back or patience ends.

        A store that is locked, full, or restarting comes back; any other fault does not
        and is raised, a failed write to the disk above all: the process must then end.
        """
        for wait in chain(STORE_WAITS, repeat(STORE_WAITS[-1])):
            try:
                return await act()
            except DBAPIError as fault:
                left = self.patient_until - time.monotonic()
                if left <= 0 or not comes_back(fault):
                    raise
                log.warning("store.away", reason=str(refused(fault)), again_in=wait)
                await asyncio.sleep(min(wait, left))
        raise AssertionError("the waits never end")

    async def ask(
        self, question: Callable[[AsyncSession], Awaitable[Result]]
    ) -> Result:
        """Ask a question of the store, until it is there to answer."""

        async def asked() -> Result:
            async with self.reading() as session:
                return await question(session)

        return await self.patiently(asked)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


class HeldConnection:
    """A connection kept over several transactions."""

    def __init__(
        self, connection: Any, turn: AbstractAsyncContextManager[None]
    ) -> None:
        self._connection = connection
        self._turn = turn  # of the writers of a process

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncIterator[AsyncSession]:
        """One transaction; without `writing` it takes no write lock on SQLite."""
        await self._connection.execution_options(**{_READING: not writing})
        async with self._turn if writing else nullcontext():
            async with AsyncSession(
                self._connection, expire_on_commit=False
            ) as session:
                async with session.begin():
                    yield session


def open_database(settings: StoreSettings, root: Path) -> Database:
    """Open the store of a site; SQLite paths are relative to `root`."""
    scheme, _, rest = settings.url.partition(":///")
    if scheme == "sqlite":
        path = root / rest
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{path}",
            connect_args={"timeout": settings.busy_seconds},
        )
        _prepare_sqlite(engine, settings.busy_seconds)
        return Database(engine)
    url = settings.url.replace("postgresql://", "postgresql+psycopg://", 1)
    return Database(create_async_engine(url, pool_pre_ping=True, pool_size=10))


async def ping(session: AsyncSession) -> None:
    """Ask the store for an answer; raise its fault where there is none."""
    await session.execute(text("select 1"))


async def _cache(connection: AsyncConnection, sizes: tuple[int, int]) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is not None:
        for schema, size in zip(("main", "temp"), sizes, strict=True):
            await driver.execute(f"PRAGMA {schema}.cache_size = -{size}")


def _prepare_sqlite(engine: AsyncEngine, busy_seconds: float) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {int(busy_seconds * 1000)}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Connection) -> None:
        reading = connection.get_execution_options().get(_READING)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
