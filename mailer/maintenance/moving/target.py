"""The store that a site moves to: what is in it, and where it is filled.

A SQLite file is filled under another name and renamed, so that it is whole or absent.
A PostgreSQL database is filled in one transaction.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from mailer.errors import RefusedError
from mailer.maintenance import copying
from mailer.maintenance.moving import stores
from mailer.settings.sections import StoreSettings
from mailer.store import identity, moved
from mailer.store.database import open_database
from mailer.store.disk import sync_folder
from mailer.store.identity import Identity, StoreIdentity
from mailer.users import guard

# After the address of the source, in the mark of a target that is not in use yet. A
# source that was moved has the bare address of its target.
UNFINISHED = " (the move from there is not finished)"
_BESIDE = ("", "-wal", "-shm", "-journal")  # the files of a SQLite store


class TargetState(Enum):
    """What the target has."""

    NOTHING = "nothing"
    OURS = "the rows of an interrupted move of this store"
    THERE = "the store, after a move that is done"
    OTHER = "something else"


class MoveTarget:
    """The store to fill; `source` is the address of the other, as it is shown."""

    def __init__(self, settings: StoreSettings, root: Path, source: str) -> None:
        self._settings = settings
        self._root = root
        self._source = source
        scheme, _, rest = settings.url.partition(":///")
        self._file = root / rest if scheme == "sqlite" else None

    async def found(self, known: Identity) -> TargetState:
        """Return what is in the target; `known` is the identity of the source."""
        if self._file is not None and not self._file.exists():
            return TargetState.NOTHING
        database = open_database(self._settings, self._root)
        try:
            async with database.reading() as session:
                connection = await session.connection()
                if await connection.run_sync(copying.is_empty):
                    return TargetState.NOTHING
                if not await connection.run_sync(_has_identity):
                    return TargetState.OTHER
                there = await identity.read(session)
        finally:
            await database.close()
        if there.epoch != known.epoch:
            return TargetState.OTHER
        if there.moved_to == f"{self._source}{UNFINISHED}":
            return TargetState.OURS
        return TargetState.THERE if there.moved_to is None else TargetState.OTHER

    @asynccontextmanager
    async def filling(self, *, clear: bool) -> AsyncIterator[AsyncSession]:
        """Open a transaction on the target without tables.

        At the end it is whole, and marked as not in use yet. `clear` removes what an
        interrupted move has left.
        """
        work = self._file and self._file.with_name(f".{self._file.name}.moving")
        settings = self._settings
        if self._file is not None and work is not None:
            if not self._file.parent.is_dir():
                raise RefusedError(f"{self._file.parent} is no folder; make it first")
            _remove(work)
            settings = settings.model_copy(update={"url": f"sqlite:///{work}"})
            work.touch(mode=0o600)
        database = open_database(settings, Path("/"))
        try:
            async with database.writing() as session:
                if work is None and clear:
                    await stores.clear(await session.connection())
                yield session
                mark = f"{self._source}{UNFINISHED}"
                await moved.mark(session, mark)
            await database.close()
            if self._file is not None and work is not None:
                self._place(work, self._file, clear=clear)
        finally:
            await database.close()
            if work is not None:
                _remove(work)

    @staticmethod
    def _place(work: Path, file: Path, *, clear: bool) -> None:
        if clear:
            _remove(file)
        descriptor = os.open(work, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        work.rename(file)
        sync_folder(file.parent)

    async def take_over(self, *, now: datetime) -> Identity:
        """Take the mark away, so that the target may send; return its identity.

        The record of the target says so; the source's record ends before.
        """
        database = open_database(self._settings, self._root)
        try:
            async with database.writing() as session:
                if (await identity.read(session)).moved_to is not None:
                    said = {"from": self._source}
                    by = guard.MACHINE
                    writing.note(session, "moved", "store", by=by, at=now, detail=said)
                await moved.mark(session, None)
                return await identity.read(session)
        finally:
            await database.close()


def _has_identity(connection: Connection) -> bool:
    return inspect(connection).has_table(StoreIdentity.__tablename__)


def _remove(file: Path) -> None:
    for end in _BESIDE:
        file.with_name(f"{file.name}{end}").unlink(missing_ok=True)
