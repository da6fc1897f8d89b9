"""Drops indexes and foreign keys during a large import, and creates them at its end.

PostgreSQL checks foreign keys row by row, ten million times for a million contacts, and
both stores build an index faster from sorted rows. All is done in the caller's
transaction: after its commit, all keys and indexes exist. PostgreSQL locks the tables
for that time, so only imports larger than the directory do it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from sqlalchemy import Index, Table, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from audiences.contacts import Contact, Membership
from audiences.organisations import (
    Country,
    Organisation,
    OrganisationCountry,
    OrganisationField,
)
from audiences.people.details import ContactDetails, ContactTag, SecondAddress
from audiences.people.search_texts import ContactSearch, OrganisationSearch
from audiences.store import dialects
from audiences.store.dialects import analyse
from audiences.subscriptions import Consent, Subscription
from audiences.topics import Topic

LARGE = 20_000  # contacts; for fewer, row by row is faster
GROWTH = 10  # statistics are updated when more than a tenth is added
FILLED = tuple(
    cast(Table, each.__table__)
    for each in (
        *(Organisation, OrganisationField, OrganisationCountry),
        *(Contact, Membership, Consent, Subscription),
        *(ContactDetails, ContactTag, SecondAddress),
        *(ContactSearch, OrganisationSearch),
    )
)
NAMES = [table.name for table in FILLED]
_REFERENCED = tuple(cast(Table, each.__table__) for each in (Country, Topic))


@asynccontextmanager
async def without_keys_and_indexes(
    session: AsyncSession, *, added: int
) -> AsyncIterator[None]:
    """Fill the tables of the directory with `added` new contacts.

    Below LARGE, below the number of contacts before, or while other transactions use
    the tables on PostgreSQL, keys and indexes stay.
    """
    known = await session.scalar(select(func.count()).select_from(Contact)) or 0
    server = not dialects.is_sqlite(session)
    if added < max(LARGE, known) or (server and not await _try_lock(session)):
        yield
        if added > known // GROWTH:
            await analyse(session, *NAMES)
        return
    indexes = [index for table in FILLED for index in _indexes(table)]
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


def _indexes(table: Table) -> list[Index]:
    """Return the indexes of a table, sorted by name, without its primary key."""
    return sorted(table.indexes, key=lambda index: str(index.name))


async def _try_lock(session: AsyncSession) -> bool:
    """Lock the tables; return False at once when other transactions use them."""
    names = ", ".join(table.name for table in (*_REFERENCED, *FILLED))
    try:
        async with session.begin_nested():
            await session.execute(text(f"LOCK TABLE {names} NOWAIT"))
    except OperationalError:
        return False
    return True
