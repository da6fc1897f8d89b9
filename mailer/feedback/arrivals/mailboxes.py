"""Takes mails from IMAP mailboxes: all that is there, then what comes.

The place of the last answer that was read is kept in the store. A server that gives
new numbers (UIDVALIDITY) is read from the beginning; what is known changes nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer import clock
from mailer.feedback.arrivals import taking
from mailer.feedback.arrivals.imap import ImapFolder
from mailer.feedback.arrivals.taking import BATCH, MAX_OCTETS
from mailer.feedback.belief.arrival import Arrival
from mailer.feedback.belief.recording import Recorded
from mailer.feedback.mime import MAX_BYTES
from mailer.feedback.models import MailboxPlace
from mailer.settings.feedback import MailboxSettings
from mailer.sites.site import Site

WAIT = 60.0  # seconds after which a mailbox is looked at again in any case


class Mailbox:
    """One mailbox of the settings."""

    def __init__(
        self, site: Site, settings: MailboxSettings, *, of_replies: bool
    ) -> None:
        self._site, self._settings = site, settings
        self._of_replies = of_replies
        self.name = "feedback.replies_imap" if of_replies else "feedback.imap"

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[ImapFolder]:
        """Open the folder; raise MailerError if it cannot be."""
        folder = await asyncio.to_thread(
            ImapFolder,
            self._settings,
            self._site.root,
            setting=self.name,
            reads_only=self._of_replies,
        )
        try:
            yield folder
        finally:
            await asyncio.to_thread(folder.close)

    async def read(self, folder: ImapFolder, *, now: datetime) -> Recorded:
        """Take in all that is new; mails of the return-path are deleted then."""
        total = Recorded()
        after = await self._place(folder) if self._of_replies else 0
        while uids := (await asyncio.to_thread(folder.uids, after))[:BATCH]:
            sizes = await asyncio.to_thread(folder.sizes, uids)
            for group in _groups(uids, sizes):
                mails = await asyncio.to_thread(folder.mails, group)
                arrivals = [
                    Arrival(octets=octets, way="imap", of_replies=self._of_replies)
                    for octets in mails.values()
                ]
                total.add(await taking.take(self._site, arrivals, now=now))
                if self._of_replies:
                    await self._keep_place(folder, group[-1])
                else:
                    await asyncio.to_thread(folder.remove, list(mails))
            after = uids[-1]
        return total

    async def watch(self) -> None:
        """Take in what is there and what comes, until cancelled."""
        async with self.opened() as folder:
            try:
                while True:
                    await self.read(folder, now=clock.now())
                    await taking.decide(self._site, now=clock.now())
                    await asyncio.to_thread(folder.wait, WAIT)
            finally:
                folder.end_wait()

    async def _place(self, folder: ImapFolder) -> int:
        """Return the last mail that was read; 0 if the numbers are new."""
        async with self._site.database.reading() as session:
            known = await session.get(MailboxPlace, self.name)
        if known is None or known.validity != folder.validity:
            return 0
        return known.last

    async def _keep_place(self, folder: ImapFolder, last: int) -> None:
        async with self._site.database.writing() as session:
            await _keep(session, self.name, folder.validity, last)


async def _keep(session: AsyncSession, name: str, validity: int, last: int) -> None:
    values = {"validity": validity, "last": last}
    put = insert(session, MailboxPlace).values(name=name, **values)
    await session.execute(
        put.on_conflict_do_update(index_elements=[MailboxPlace.name], set_=values)
    )


def of_site(site: Site) -> list[Mailbox]:
    """Return the mailboxes that the settings name."""
    given = site.settings.feedback
    named = [(given.imap, False), (given.replies_imap, True)]
    return [
        Mailbox(site, settings, of_replies=of_replies)
        for settings, of_replies in named
        if settings.host
    ]


def _groups(uids: Sequence[int], sizes: dict[int, int]) -> Iterator[list[int]]:
    """Yield mails to fetch at once, of MAX_OCTETS together; a large one goes alone."""
    group: list[int] = []
    size = 0
    for each in uids:
        octets = min(sizes.get(each, MAX_BYTES), MAX_BYTES)
        if group and size + octets > MAX_OCTETS:
            yield group
            group, size = [], 0
        group.append(each)
        size += octets
    if group:
        yield group
