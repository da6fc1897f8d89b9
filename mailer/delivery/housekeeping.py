"""Upkeep: each worker shows that it lives, takes over from the dead, ends what is over.

One short transaction each; all workers do the same, and none needs the others.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from mailer.campaigns import hours
from mailer.delivery.routing import throttle
from mailer.delivery.smtp.connection import PATIENCE
from mailer.delivery.smtp.outgoing import MARK_HOLDS, Stage
from mailer.outbox import lease, plan
from mailer.outbox.lease import Silence
from mailer.outcomes import closing, record
from mailer.sites.site import Site

# a dot may be written a minute after its mark, and is answered ten minutes later
ANSWER_WAIT = timedelta(seconds=MARK_HOLDS + PATIENCE[Stage.DOT])
RELEASES = 1.0  # seconds between looks for releases that were broken off


async def enlist(site: Site, *, now: Callable[[], datetime]) -> "Housekeeping":
    """Enter a new worker among those that live; return its housekeeping."""
    held = timedelta(seconds=site.settings.delivery.lease_seconds)
    async with site.database.writing() as session:
        number = await lease.enlist(session, lease=held, now=now())
    return Housekeeping(site, number, lease=held, now=now)


class Housekeeping:
    """The housekeeping one worker does."""

    def __init__(
        self,
        site: Site,
        number: int,
        *,
        lease: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self.number = number
        self._site = site
        self._database = site.database
        self._lease = lease
        self._now = now
        self._silence = Silence(lease)

    async def leave(self) -> None:
        """Take this worker from among those that live."""
        await self._database.retry(self._leave)

    async def _leave(self) -> None:
        async with self._database.writing() as session:
            await lease.leave(session, self.number, now=self._now())

    async def stay_alive(self) -> None:
        """Renew the lease in time, until cancelled."""
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            await self._database.retry(self._renew)

    async def _renew(self) -> None:
        async with self._database.writing() as session:
            await lease.stay_alive(
                session, self.number, lease=self._lease, now=self._now()
            )

    async def keep_house(self) -> None:
        """Recover from dead workers, apply policies, end what is over."""
        await self._database.retry(self._keep_house)

    async def _keep_house(self) -> None:
        now = self._now()
        evidence = now + self._site.settings.delivery.evidence_wait
        async with self._database.writing() as session:
            await hours.move_on(session, now=now)
            await closing.settle_late(session, now=now)
            await closing.finish(session, now=now)
            await throttle.forget(session, now=now)
            # workers last: who marks locks its campaign first, and then itself
            orphans = await lease.recover(
                session,
                self._silence,
                answer_wait=ANSWER_WAIT,
                now=now,
                at=time.monotonic(),
            )
            await record.uncertain(
                session, orphans, why="its worker died", due_at=evidence, now=now
            )

    async def carry_on(self, made: Callable[[], None]) -> None:
        """Carry on with releases that were broken off, until cancelled."""
        while True:
            for each in await self._database.query(
                partial(plan.orphans, now=self._now())
            ):
                await self._database.retry(
                    partial(plan.plan, self._site, each.campaign_id, now=self._now)
                )
                made()
            await asyncio.sleep(RELEASES)
