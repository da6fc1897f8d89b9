"""Takes in mails of many senders at once: those that wait share a transaction."""

import asyncio

from mailer import clock
from mailer.feedback.arrivals import taking
from mailer.feedback.arrivals.taking import BATCH, MAX_OCTETS
from mailer.feedback.belief.arrival import Arrival
from mailer.sites.site import Site

QUEUED = 2 * BATCH  # mails that may wait; further senders wait to hand theirs over


class Grouping:
    """Stores mails in groups; each sender waits until its mail is stored."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._waiting: asyncio.Queue[tuple[Arrival, asyncio.Future[None]]] = (
            asyncio.Queue(QUEUED)
        )

    async def store(self, arrival: Arrival) -> None:
        """Return when a mail is stored; raise what the store raised if it is not."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._waiting.put((arrival, stored))
        await stored

    async def run(self) -> None:
        """Store mails until cancelled."""
        while True:
            group = [await self._waiting.get()]
            size = len(group[0][0].octets)
            while not self._waiting.empty() and len(group) < BATCH:
                group.append(self._waiting.get_nowait())
                size += len(group[-1][0].octets)
                if size > MAX_OCTETS:
                    break
            await self._store(group)

    async def _store(self, group: list[tuple[Arrival, asyncio.Future[None]]]) -> None:
        fault: Exception | None = None
        try:
            arrivals = [arrival for arrival, _ in group]
            await taking.take(self._site, arrivals, now=clock.now())
        except Exception as raised:  # noqa: BLE001 (each sender gets it)
            fault = raised
        for _, stored in group:
            if stored.done():  # its sender has gone
                continue
            if fault is None:
                stored.set_result(None)
            else:
                stored.set_exception(fault)
