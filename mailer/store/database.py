"""Opens the engine of the store, and the transactions on it.

On SQLite a writing transaction takes the write lock at its start (BEGIN IMMEDIATE).
Otherwise it could decide on rows that another writer is changing, and one of the two
updates would be lost.
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)
from sqlalchemy.util.concurrency import in_greenlet

from audiences.record.writing import ChainEnd, seal
from audiences.store import folding, permission
from audiences.store.past import KEY, Past
from mailer.settings.sections import StoreSettings
from mailer.store import faults, locks

_READING = "liaison_reading"
# SQLite's page cache of one connection, in KiB: for the store, for temporary tables
USUAL_CACHE, LARGE_CACHE = (2_000, 2_000), (16_000, 4_000)
STORE_WAITS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # seconds; the last one repeats
Result = TypeVar("Result")


class Database:
    """The engine of a site's store.

    `retry_until` limits `retry`, as a value of time.monotonic(); infinite by default.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.info: dict[str, Any] = {}  # of every session; `guarded` fills it
        self.retry_until = float("inf")
        self.commits = 0  # begun by transactions that write
        # asked in the first transaction that writes; it refuses by an error
        self.guard: Callable[[AsyncSession], Awaitable[None]] | None = None
        # gets the end of the record after each transaction that recorded an act
        self.recorded: Callable[[ChainEnd], None] | None = None
        self._away = faults.Away()
        self._write_lock = asyncio.Lock()
        self._reader = engine.execution_options(
            **{_READING: True, "postgresql_readonly": True}
        )

        @event.listens_for(engine.sync_engine, "commit")
        def committing(connection: Connection) -> None:
            reading = connection.get_execution_options().get(_READING)
            self.commits += not reading

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is one SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction; commit at the end of the block, roll back on an error.

        On SQLite the writers of a process wait for a lock of the process: SQLite itself
        polls and sleeps, which costs many milliseconds.
        """
        async with self._write_lock if self.is_sqlite else nullcontext():
            async with self._session(self.engine) as session:
                async with session.begin():
                    await self._ask_guard(session)
                    yield session
                    # a block that only tried an act has rolled it back
                    end = await seal(session) if session.in_transaction() else None
        self.tell(end)

    def tell(self, end: ChainEnd | None) -> None:
        """Say where the record ends, after a transaction that recorded an act."""
        if end is not None and self.recorded is not None:
            self.recorded(end)

    async def _ask_guard(self, session: AsyncSession) -> None:
        if self.guard is not None:
            await self.guard(session)
            self.guard = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction that only reads; it takes no write lock on SQLite."""
        async with self._session(self._reader) as session:
            async with session.begin():
                yield session

    def guarded(self, guard: permission.Guard) -> "Database":
        """Let a guard decide who may change what the store keeps; return the store."""
        self.info[permission.KEY] = guard
        return self

    def with_past(self, make: Callable[[], Past]) -> "Database":
        """Let rules ask about earlier letters; return the store.

        `make` is called when a rule asks.
        """
        self.info[KEY] = make
        return self

    def _session(self, engine: AsyncEngine) -> AsyncSession:
        return AsyncSession(engine, expire_on_commit=False, info=self.info)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["HeldConnection"]:
        """Open one connection for several transactions, so that temporary tables last.

        On SQLite it has a larger cache. It is used to write many rows in no order of
        their keys, which reads and writes the same pages again when the cache is small.
        """
        async with self.engine.connect() as connection:
            if not self.is_sqlite:
                yield HeldConnection(connection, nullcontext(), self)
                return
            await _set_cache(connection, LARGE_CACHE)
            try:
                yield HeldConnection(connection, self._write_lock, self)
            finally:
                await _set_cache(connection, USUAL_CACHE)

    async def retry(self, act: Callable[[], Awaitable[Result]]) -> Result:
        """Return the result of an act; repeat the act while the store fails.

        Retries while the store is locked, full or not reachable, until `retry_until`;
        then raises the fault. Any other fault is raised at once: after a failed write
        to the disk the process must end.
        """
        for number, wait in enumerate(chain(STORE_WAITS, repeat(STORE_WAITS[-1]))):
            try:
                result = await act()
            except DBAPIError as fault:
                left = self.retry_until - time.monotonic()
                if left <= 0 or not faults.is_temporary(fault):
                    raise
                self.log_fault(fault)
                await asyncio.sleep(min(wait, left))
            else:
                self.log_success(repeated=number > 0)
                return result
        raise AssertionError("the waits never end")

    def log_fault(self, fault: DBAPIError) -> None:
        """Log that the store fails, once until it works again or fails otherwise."""
        self._away.begin(fault, self.commits)

    def log_success(self, *, repeated: bool = False) -> None:
        """Log that the store works again, if it failed before.

        An act that failed and was `repeated` shows it, or one that wrote since: a
        SQLite store that another program has locked can still be read.
        """
        if repeated or self.commits > self._away.commits:
            self._away.end()

    async def query(self, read: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """Return the result of `read` in a reading transaction, with `retry`."""

        async def attempt() -> Result:
            async with self.reading() as session:
                return await read(session)

        return await self.retry(attempt)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


class HeldConnection:
    """A connection for several transactions, one after the other."""

    def __init__(
        self,
        connection: Any,
        write_lock: AbstractAsyncContextManager[None],
        database: Database,
    ) -> None:
        self._connection = connection
        self._database = database
        self._write_lock = write_lock  # of all writers of the process

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncIterator[AsyncSession]:
        """Open a transaction; without `writing` it takes no write lock on SQLite."""
        await self._connection.execution_options(**{_READING: not writing})
        async with self._write_lock if writing else nullcontext():
            async with AsyncSession(
                self._connection, expire_on_commit=False, info=self._database.info
            ) as session:
                async with session.begin():
                    yield session
                    end = await seal(session)
        self._database.tell(end)


def open_database(
    settings: StoreSettings, root: Path, *, makes: bool = True
) -> Database:
    """Return the store of a site; it connects when it is first used.

    SQLite paths are relative to `root`. Unless it `makes` it, a SQLite store whose file
    is not there cannot be used: on a disk that is not mounted, an empty file would
    stand in its place.
    """
    scheme, _, rest = settings.url.partition(":///")
    if scheme == "sqlite":
        path = root / rest
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{path}",
            connect_args={"timeout": min(settings.busy_seconds, locks.LOOK)},
            hide_parameters=True,
        )
        if not makes:
            _open_only(engine, path)
        database = Database(engine)
        _prepare_sqlite(database, settings.busy_seconds)
        return database
    url = settings.url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_async_engine(
        url, pool_pre_ping=True, pool_size=10, hide_parameters=True
    )
    locks.limit_waits(engine, settings.busy_seconds)
    return Database(engine)


def _open_only(engine: AsyncEngine, path: Path) -> None:
    """Let an engine open a SQLite file, and never make one."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def connecting(
        _dialect: object, _record: object, arguments: list[Any], named: dict[str, Any]
    ) -> None:
        # aiosqlite's thread for a file that SQLite cannot open may outlive the loop.
        if not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
            what = "cannot be read and written" if path.exists() else "does not exist"
            fault = sqlite3.OperationalError(f"{path.name} {what}")
            fault.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise fault
        arguments[0] = f"file:{quote(str(path))}?mode=rw"
        named["uri"] = True


async def _set_cache(connection: AsyncConnection, sizes: tuple[int, int]) -> None:
    driver = (await connection.get_raw_connection()).driver_connection
    if driver is not None:
        for schema, size in zip(("main", "temp"), sizes, strict=True):
            await driver.execute(f"PRAGMA {schema}.cache_size = -{size}")


def _prepare_sqlite(database: Database, busy_seconds: float) -> None:
    engine = database.engine.sync_engine

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # `begun` begins transactions
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {int(min(busy_seconds, locks.LOOK) * 1000)}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        connection.create_function(
            folding.FUNCTION, 1, folding.folded, deterministic=True
        )

    @event.listens_for(engine, "invalidate")
    def invalidated(connection: Any, _record: object, _fault: object) -> None:
        # A cancelled act closes its connection. SQLite keeps the locks of a closed one
        # while a cursor of it lives, and the traceback of the act holds the cursor.
        if in_greenlet():
            connection.rollback()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if connection.get_execution_options().get(_READING):
            connection.exec_driver_sql("BEGIN")
            return
        end = time.monotonic() + busy_seconds
        locks.begin_writing(connection, lambda: min(end, database.retry_until))
