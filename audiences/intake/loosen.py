"""Lets a directory that is being filled check its keys once, at the end.

Row by row, the foreign keys of a million contacts are ten million questions to
PostgreSQL, and an index grows faster from sorted rows. All happens in the caller's
transaction: committed, every key holds and every index stands. While it lasts nobody
else reads these tables on PostgreSQL, so it is done where more comes in than was there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from sqlalchemy import Index, Table, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from audiences.contacts import Contact
from audiences.organisations import (
    Country,
    Organisation,
    OrganisationCountry,
    OrganisationField,
)
from audiences.store import dialects
from audiences.store.dialects import analyse
from audiences.subscriptions import Consent, Subscription
from audiences.topics import Topic

LARGE = 20_000  # contacts; fewer are checked and sorted in row by row sooner
GROWN = 10  # once a tenth has come in, the store is told what it holds
FILLED = tuple(
    cast(Table, each.__table__)
    for each in (
        *(Organisation, OrganisationField, OrganisationCountry),
        *(Contact, Consent, Subscription),
    )
)
NAMES = [table.name for table in FILLED]
_READ = tuple(cast(Table, each.__table__) for each in (Country, Topic))


@asynccontextmanager
async def loosened(session: AsyncSession, *, coming: int) -> AsyncIterator[None]:
    """Fill the directory's tables; keys and indexes are seen to at the end.

    Where little comes in, or others are at work, nothing is different.
    """
    known = await session.scalar(select(func.count()).select_from(Contact)) or 0
    server = not dialects.is_sqlite(session)
    if coming < max(LARGE, known) or (server and not await _alone(session)):
        yield
        if coming > known // GROWN:
            await analyse(session, *NAMES)
        return
    indexes = [index for table in FILLED for index in _sorted(table)]
    keys = [key for table in FILLED for key in table.foreign_key_constraints]
    for index in indexes:
        await session.execute(DropIndex(index))
    for key in keys if server else ():
        await session.execute(DropConstraint(key))
    yield
    for index in indexes:
        await session.execute(CreateIndex(index))
    for key in keys if server else ():
        await session.execute(AddConstraint(key))
    await analyse(session, *NAMES)


def _sorted(table: Table) -> list[Index]:
    """Return the indexes of a table in one order always; keys of it are none."""
    return sorted(table.indexes, key=lambda index: str(index.name))


async def _alone(session: AsyncSession) -> bool:
    """Take these tables for ourselves, or say that others use them just now."""
    names = ", ".join(table.name for table in (*_READ, *FILLED))
    try:
        async with session.begin_nested():
            await session.execute(text(f"LOCK TABLE {names} NOWAIT"))
    except OperationalError:
        return False
    return True
