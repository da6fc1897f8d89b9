"""The figures of campaigns for all pages of one process.

Those of a campaign with few messages, or of a directory with few contacts, are counted
for each page. Where there are many, pages show what was counted last.
"""

from collections.abc import Awaitable, Callable, Hashable
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.reports.figures import message_counts, summary
from mailer.reports.figures.kept import Kept, KeptFigures
from mailer.reports.figures.message_counts import MessageCounts
from mailer.reports.figures.summary import Summary
from mailer.sites.site import Site

MANY = 20_000  # contacts; a rule takes longer to ask about more than a page may
NAMED = 51  # readers not reached: those of a page, and one more
Value = TypeVar("Value")


class CampaignFigures:
    """Counts the messages of campaigns, each once for all who ask."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept = KeptFigures()

    async def counts(
        self, campaign: Campaign, *, watched: bool = False
    ) -> Kept[MessageCounts] | None:
        """Return the counts of messages; None while they are counted at first.

        `watched` shares them also if they are few: many ask again and again.
        """

        async def make(session: AsyncSession, model: Campaign) -> MessageCounts:
            return await message_counts.read(session, model)

        return await self._get("counts", campaign, make, shared=watched)

    async def to_go(self, campaign: Campaign) -> Kept[int] | None:
        """Return how many messages are not settled; None while they are counted."""

        async def make(session: AsyncSession, model: Campaign) -> int:
            return await message_counts.to_go(session, model.id)

        return await self._get("to go", campaign, make, shared=True)

    async def summary(
        self, campaign: Campaign, *, zone: ZoneInfo
    ) -> Kept[Summary] | None:
        """Return what a report shows, its times in `zone`; None while it is counted."""

        async def make(session: AsyncSession, model: Campaign) -> Summary:
            now = clock.now()
            return await summary.read(session, model, zone=zone, now=now, size=NAMED)

        return await self._get(f"summary {zone.key}", campaign, make)

    async def of_audience(
        self, what: str, campaign: Campaign, make: Callable[[], Awaitable[Value]]
    ) -> Kept[Value] | None:
        """Return what asks about all contacts; None while it is made at first.

        It is made again for each change of the campaign.
        """
        version = (campaign.state, campaign.updated_at)
        return await self.of_directory((what, campaign.id), make, version=version)

    async def of_directory(
        self,
        key: Hashable,
        make: Callable[[], Awaitable[Value]],
        *,
        version: Hashable = None,
    ) -> Kept[Value] | None:
        """Return what asks about all contacts; None while it is made at first."""
        async with self._site.database.reading() as session:
            many = await contacts.are_many(session, MANY)
        if not many:
            now = clock.now()
            return Kept(value=await make(), at=now)
        return await self._kept.get(key, make, version=version)

    async def close(self) -> None:
        """End what is being counted."""
        await self._kept.close()

    async def _get(
        self,
        what: str,
        campaign: Campaign,
        make: Callable[[AsyncSession, Campaign], Awaitable[Value]],
        *,
        shared: bool = False,
    ) -> Kept[Value] | None:
        """Return what is counted; a campaign in another state is counted again."""
        number = campaign.id

        async def read() -> Value:
            async with self._site.database.reading() as session:
                return await make(session, await lookup.get(session, number))

        if not shared and not await self._has_many(number):
            return Kept(value=await read(), at=clock.now())
        return await self._kept.get((what, number), read, version=campaign.state)

    async def _has_many(self, number: int) -> bool:
        async with self._site.database.reading() as session:
            return await message_counts.are_many(session, number)
