"""What happened on a site: who did what, when; read from the record.

What is older than the record comes from the rooms, which kept it before. Messages are
those of one contact only: the ledger has them for all.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from audiences.store.base import Base
from audiences.subscriptions import READER
from mailer.campaigns import lookup
from mailer.reports.record import history_sources, of_contact, recorded
from mailer.reports.record.history_sources import (
    ActSource,
    HistoryEntry,
    HistoryLimits,
)
from mailer.sites.site import Site
from mailer.users import guard


async def wanted(
    session: AsyncSession,
    site: Site,
    *,
    campaign: int | None,
    address: str | None,
    user: str | None,
    since: datetime | None,
    until: datetime | None = None,
) -> HistoryLimits:
    """Return which acts are wanted; raise if there is no such campaign or address.

    A user is one who acts now, or a program; one who is unknown raises NotFoundError.
    """
    if campaign is not None:
        await lookup.get(session, campaign)
    if user is not None and user not in guard.PROGRAMS | {READER}:
        await guard.named(session, user)
    found = None
    if address is not None:
        found = await contacts.find(session, address, key=site.address_key)
    return HistoryLimits(
        campaign=campaign, contact=found, user=user, since=since, until=until
    )


async def read(
    session: AsyncSession, limits: HistoryLimits
) -> AsyncIterator[HistoryEntry]:
    """Yield the wanted acts, newest first, as they are read from the store."""
    async with AsyncExitStack() as stack:
        heads: list[_Head] = []
        for each in await _sources(session, limits):
            acts = await stack.enter_async_context(aclosing(each))
            heads.append(_Head(acts, await anext(acts, None)))
        while left := [each for each in heads if each.entry is not None]:
            newest = max(left, key=_Head.at)
            if newest.entry is not None and limits.user in {None, newest.entry.by}:
                yield newest.entry
            newest.entry = await anext(newest.acts, None)


async def _sources(
    session: AsyncSession, limits: HistoryLimits
) -> list[AsyncGenerator[HistoryEntry, None]]:
    """Return what yields the acts of the record, and those it does not have."""
    began = await recorded.began(session)
    ends = [each for each in (began, limits.until) if each is not None]
    earlier = replace(limits, until=min(ends, default=None))
    found = list(history_sources.kept_by_rooms(earlier))
    if limits.contact is not None:
        found += of_contact.sources(limits, limits.contact)
    return [recorded.acts(session, limits), *(_read(session, each) for each in found)]


@dataclass(slots=True)
class _Head:
    """A source with its newest act that was not yielded yet."""

    acts: AsyncGenerator[HistoryEntry, None]
    entry: HistoryEntry | None

    def at(self) -> float:
        return self.entry.at.timestamp() if self.entry is not None else 0.0


async def _read(
    session: AsyncSession, source: ActSource
) -> AsyncGenerator[HistoryEntry, None]:
    """Yield the acts of one source, newest first; rows are read in parts."""
    async for row in await session.stream(source.query):
        entry = source.entry(row)
        for each in row:
            if isinstance(each, Base):
                session.expunge(each)  # else all rows stay in memory
        yield entry
