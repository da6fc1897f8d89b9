"""A worker: claims due messages and keeps the relay's connections supplied.

Nobody is lost when it dies: what it had claimed is claimed again, and what it had
marked becomes uncertain. It stops cleanly when told to: no new claim, the messages in
flight finished, the rest given back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mailer.campaigns import sending
from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.delivery import connect
from mailer.delivery.connect import Connection
from mailer.delivery.journal import Journal
from mailer.delivery.lane import PATIENCE
from mailer.delivery.outlet import WAITS, Outlet
from mailer.delivery.parcel import Stage, clock
from mailer.delivery.prepare import Preparer
from mailer.errors import MailerError
from mailer.outbox import claim, release
from mailer.outbox.states import State
from mailer.outcomes import record
from mailer.site import Site

IDLE = 1.0  # seconds between looks for work
LEAVING = 30.0  # seconds the messages in flight may take when told to stop


@dataclass(kw_only=True)
class Worker:
    """One delivering process."""

    site: Site
    now: Callable[[], datetime]
    until_idle: bool = False
    settled: Callable[[Counter[State]], None] = lambda _states: None  # after a commit
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Deliver until stopped, or until nothing is due."""
        database = self.site.database
        lease = timedelta(seconds=self.site.settings.delivery.lease_seconds)
        async with database.writing() as session:
            self._id = await claim.enlist(session, lease=lease, now=self.now())
        self._preparer = Preparer(self.site)
        self._journal = Journal(database, self._id, now=self.now, settled=self.settled)
        self._outlet = self._make_outlet()
        self._doubtful = False  # whether the last claim was committed
        sound = True
        self._journal.outlets.append(self._outlet)
        try:
            async with asyncio.TaskGroup() as tasks:
                background = [
                    tasks.create_task(self._journal.run()),
                    tasks.create_task(self._heartbeat(lease)),
                    tasks.create_task(self._outlet.keep_connected()),
                    tasks.create_task(self._watch()),
                ]
                await self._feed()
                await self._finish()
                for task in background:
                    task.cancel()
        except* DBAPIError as faults:  # the next worker takes over what this one held
            sound = False
            raise faults.exceptions[0] from None
        except* MailerError as faults:
            raise faults.exceptions[0] from None
        finally:
            self._outlet.drop()
            if sound:
                await self._journal.write()
                await database.patiently(self._give_back)

    def _make_outlet(self) -> Outlet:
        settings = self.site.settings

        async def connected() -> Connection:
            return await connect.connect(
                settings.relay,
                root=self.site.root,
                hello=settings.relay.hello or settings.mail.domain,
            )

        return Outlet(
            settings.relay,
            delivery=settings.delivery,
            preparer=self._preparer,
            connect=connected,
            settle=self._journal.settle,
            wake=self._journal.wake,
            now=self.now,
        )

    async def _give_back(self) -> None:
        async with self.site.database.writing() as session:
            await claim.give_back(session, self._id)

    async def _heartbeat(self, lease: timedelta) -> None:
        async def beat() -> None:
            async with self.site.database.writing() as session:
                await claim.stay_alive(session, self._id, lease=lease, now=self.now())

        while True:
            await asyncio.sleep(lease.total_seconds() / 3)
            await self.site.database.patiently(beat)

    async def _watch(self) -> None:
        """End connections whose relay is silent."""
        while True:
            await asyncio.sleep(IDLE)
            self._outlet.look()

    async def _feed(self) -> None:
        """Keep the outlet supplied until there is no work or we are told to stop."""
        database = self.site.database
        least = self.site.settings.delivery.claim // 2
        looked = float("-inf")
        while not self.stopping.is_set():
            if clock() - looked >= IDLE:
                await database.patiently(self._keep_house)
                looked = clock()
            done = self._done()  # before the claim: what goes back now is claimed
            if len(self._outlet.waiting) > least:
                await self._progress(IDLE)
            elif not await database.patiently(self._claim):
                if self.until_idle and done and self._done():
                    await database.patiently(self._keep_house)
                    return
                await self._progress(0.02 if self.until_idle else IDLE)
            if self.until_idle and self._outlet.failures >= len(WAITS) - 1:
                raise self._outlet.fault or MailerError("the relay cannot be reached")

    def _done(self) -> bool:
        return self._outlet.empty and self._journal.quiet

    async def _progress(self, within: float) -> None:
        """Wait until something was written, or we are told to stop."""
        waiting = [
            asyncio.ensure_future(self._journal.written_again()),
            asyncio.ensure_future(self.stopping.wait()),
        ]
        await asyncio.wait(waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()

    async def _finish(self) -> None:
        """Let the messages in flight end, for a while."""
        self._outlet.waiting.clear()
        self._outlet.leave()
        self._journal.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING):
                while self._outlet.connected or not self._done():
                    await self._journal.written_again()

    async def _keep_house(self) -> None:
        """Recover from dead workers, apply policies, finish what is done."""
        settings = self.site.settings.delivery
        now = self.now()
        evidence = now + settings.evidence_wait
        answer_wait = timedelta(seconds=PATIENCE[Stage.DOT])
        async with self.site.database.writing() as session:
            orphans = await claim.recover(session, answer_wait=answer_wait, now=now)
            if orphans:
                await record.uncertain(
                    session, orphans, why="its worker died", due_at=evidence, now=now
                )
            await record.decide_uncertain(
                session, resend=settings.uncertain != "hold", now=now
            )
            await sending.move_on(session, now=now)
            await record.expire(session, now=now)
            await record.finish(session, now=now)
            unplanned = await session.scalars(
                select(Campaign.id).where(
                    Campaign.state == CampaignState.SENDING,
                    Campaign.planned_at.is_(None),
                )
            )
        for campaign_id in unplanned.all():
            await release.plan(self.site, campaign_id)

    async def _claim(self) -> bool:
        held = [each.row.id for each in self._outlet.waiting] + self._journal.marking
        doubtful, self._doubtful = self._doubtful, True
        async with self.site.database.writing() as session:
            if doubtful:  # rows may be ours that we were never told of
                await claim.give_back(session, self._id, besides=held)
            claimed = await claim.claim(
                session,
                self._id,
                limit=self.site.settings.delivery.claim,
                now=self.now(),
            )
            prepared = await self._preparer.prepare(session, claimed)
        self._doubtful = False
        if prepared:
            self._outlet.add(prepared)
        return bool(claimed)
