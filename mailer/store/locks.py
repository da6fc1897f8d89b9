"""Locks of the store, held until the transaction ends.

SQLite has one, of the one that writes. Advisory locks are for claims and confirmations.
Claims share the rows of campaigns. On PostgreSQL any number of them would overtake a
transaction that wants a campaign's row alone, to pause or end it. So each first takes
an advisory lock, which PostgreSQL grants in the order of the requests. SQLite has one
writer at a time and needs no such lock.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    cast,
    event,
    func,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from audiences.store import dialects
from audiences.store.base import Base
from mailer.store import faults

# The numbers of the locks; nothing else in the store uses them.
_CLAIMS, _CONFIRMATIONS = 1_818_845_537, 1_818_845_538
LOOK = 2.0  # seconds that SQLite waits for its lock at a time


def begin_writing(connection: Connection, end: Callable[[], float]) -> None:
    """Begin a transaction that writes on SQLite, when no other program has one open.

    Raises the fault at `end`, a value of time.monotonic(). Nothing stops SQLite while
    it waits; between two waits a request to stop, or Ctrl-C, does.
    """
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except DBAPIError as fault:
            if time.monotonic() >= end() or not faults.is_lock(fault):
                raise
        else:
            return


def limit_waits(engine: AsyncEngine, seconds: float) -> None:
    """Let statements wait so long for a lock of PostgreSQL; without it, for ever.

    The last limit that is set counts, from the next connection on.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.autocommit = True  # a setting ends with its transaction
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {int(seconds * 1000)}")
        cursor.close()
        connection.autocommit = False


async def join_writers(session: AsyncSession, tables: Iterable[type[Base]]) -> None:
    """Wait until tables can be written, as each writer does.

    For PostgreSQL only, where another program may hold a single table.
    """
    names = ", ".join(each.__tablename__ for each in tables)
    await session.execute(text(f"LOCK TABLE {names} IN ROW EXCLUSIVE MODE"))


def claims_lock() -> ColumnElement[bool]:
    """Return a condition that takes the lock of claims, shared, and is then true.

    For PostgreSQL only.
    """
    lock = cast(func.pg_advisory_xact_lock_shared(_CLAIMS), String)
    return select(lock).scalar_subquery().is_not(None)


async def lock_claims(session: AsyncSession) -> None:
    """Wait for the claims under way; later claims wait until this transaction ends."""
    await dialects.wait_for_others(session, _CLAIMS)


async def lock_confirmations(session: AsyncSession) -> None:
    """Allow one transaction at a time to make a confirmation; the others wait."""
    await dialects.wait_for_others(session, _CONFIRMATIONS)
