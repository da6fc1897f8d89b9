"""A worker: claims due messages, composes them, and hands them to the relay.

Nobody is lost when it dies: what it had claimed is claimed again, and what it had
marked becomes uncertain. It stops cleanly when told to: no new claim, the messages in
flight finished, the rest given back.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select

from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.delivery import connect, prepare, verdict
from mailer.delivery.connect import RelayError
from mailer.delivery.journal import Journal
from mailer.delivery.prepare import Letters
from mailer.delivery.transaction import (
    DOT,
    Answered,
    NobodyKnowsError,
    NotMarkedError,
    NotTakenError,
    Parcel,
    Stage,
    quit_politely,
    send,
)
from mailer.delivery.verdict import Action
from mailer.delivery.wire import Wire
from mailer.errors import MailerError
from mailer.outbox import claim, release
from mailer.outbox.states import State
from mailer.outcomes import policy, record
from mailer.outcomes.record import Outcome
from mailer.site import Site

log = structlog.get_logger()
IDLE = 1.0  # seconds between looks for work
RELAY_WAITS = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds while the relay is away


@dataclass(kw_only=True)
class Worker:
    """One delivering process."""

    site: Site
    clock: Callable[[], datetime]
    until_idle: bool = False
    settled: Callable[[State], None] = lambda _state: None  # told of each outcome
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Deliver until stopped, or until nothing is due."""
        lease = timedelta(seconds=self.site.settings.delivery.lease_seconds)
        async with self.site.database.writing() as session:
            self._id = await claim.enlist(session, lease=lease, now=self.clock())
        self._letters = Letters()
        self._journal = Journal(self.site.database, self._id, self.clock)
        self._queue: asyncio.Queue[Parcel] = asyncio.Queue()
        self._relay_fault: RelayError | None = None
        connections = self.site.settings.relay.connections
        try:
            async with asyncio.TaskGroup() as tasks:
                background = [
                    tasks.create_task(self._journal.run()),
                    tasks.create_task(self._heartbeat(lease)),
                ]
                senders = [
                    tasks.create_task(self._send_queued()) for _ in range(connections)
                ]
                await self._feed(senders)
                for task in (*senders, *background):
                    task.cancel()
        except* MailerError as faults:
            raise faults.exceptions[0] from None
        finally:
            await self._leave()

    async def _leave(self) -> None:
        async with self.site.database.writing() as session:
            await claim.give_back(session, self._id)

    async def _heartbeat(self, lease: timedelta) -> None:
        while True:
            await asyncio.sleep(lease.total_seconds() / 3)
            async with self.site.database.writing() as session:
                await claim.stay_alive(session, self._id, lease=lease, now=self.clock())

    async def _feed(self, senders: list[asyncio.Task[None]]) -> None:
        """Keep the senders busy until there is no work or we are told to stop."""
        failures = 0
        while not self.stopping.is_set():
            await self._keep_house()
            claimed = await self._claim()
            if claimed:
                await self._queue.join()
            if self._relay_fault is not None:
                if self.until_idle and failures >= len(RELAY_WAITS) - 2:
                    raise self._relay_fault
                await self._pause(RELAY_WAITS[min(failures, len(RELAY_WAITS) - 1)])
                failures += 1
                continue
            failures = 0
            if not claimed:
                if self.until_idle:
                    break
                await self._pause(IDLE)
        await self._queue.join()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()

    async def _keep_house(self) -> None:
        """Recover from dead workers, apply policies, finish what is done."""
        settings = self.site.settings.delivery
        now = self.clock()
        evidence = now + timedelta(minutes=settings.uncertain_minutes)
        async with self.site.database.writing() as session:
            orphans = await claim.recover(
                session, answer_wait=timedelta(seconds=DOT), now=now
            )
            if orphans:
                await record.uncertain(
                    session, orphans, why="its worker died", due_at=evidence, now=now
                )
            await record.decide_uncertain(
                session, resend=settings.uncertain == "resend", now=now
            )
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
        async with self.site.database.writing() as session:
            claimed = await claim.claim(
                session,
                self._id,
                limit=self.site.settings.delivery.claim,
                now=self.clock(),
            )
            await self._letters.read(session, claimed)
        for row in claimed:
            try:
                made = prepare.parcel(self.site, self._letters.kept, row)
            except MailerError as fault:
                await self._settle(
                    Outcome(
                        message_id=row.id, state=State.SET_ASIDE, reason=str(fault)
                    ),
                    campaign_id=row.campaign_id,
                )
                continue
            self._queue.put_nowait(made)
        return bool(claimed)

    async def _send_queued(self) -> None:
        """One connection: takes parcels from the queue, reconnects when it must."""
        wire: Wire | None = None
        try:
            while True:
                parcel = await self._queue.get()
                try:
                    if wire is None or not wire.usable:
                        wire = await self._connect()
                    if wire is None:
                        await self._return(parcel)
                    else:
                        await self._deliver(wire, parcel)
                finally:
                    self._queue.task_done()
        finally:
            if wire is not None:
                await quit_politely(wire)

    async def _connect(self) -> Wire | None:
        if self._relay_fault is not None and not self._queue.empty():
            return None
        settings = self.site.settings
        try:
            connection = await connect.connect(
                settings.relay,
                root=self.site.root,
                hello=settings.relay.hello or settings.mail.domain,
            )
        except RelayError as fault:
            if self._relay_fault is None:
                log.warning("relay.away", reason=str(fault))
            self._relay_fault = fault
            return None
        self._relay_fault = None
        return connection.wire

    async def _return(self, parcel: Parcel) -> None:
        """Give one unsent message back, not counted as an attempt."""
        async with self.site.database.writing() as session:
            await record.move(
                session,
                parcel.message_id,
                State.CLAIMED,
                {"state": State.WAITING, "worker_id": None},
            )

    async def _deliver(self, wire: Wire, parcel: Parcel) -> None:
        now = self.clock()
        try:
            answered = await send(wire, parcel, self._journal.mark)
        except NotMarkedError:
            return  # the gate has settled it
        except NotTakenError as fault:
            outcome = self._deferred(parcel, f"connection failed: {fault}", None, now)
            await self._settle(outcome, campaign_id=parcel.campaign_id)
        except NobodyKnowsError as fault:
            minutes = self.site.settings.delivery.uncertain_minutes
            await self._settle(
                Outcome(
                    message_id=parcel.message_id,
                    state=State.UNCERTAIN,
                    reason=f"no answer to the final dot: {fault}",
                    due_at=now + timedelta(minutes=minutes),
                ),
                campaign_id=parcel.campaign_id,
            )
        else:
            await self._answered(parcel, answered, now)

    async def _answered(
        self, parcel: Parcel, answered: Answered, now: datetime
    ) -> None:
        reply = answered.reply
        read = verdict.read(reply)
        shown = str(reply)[:500]
        if read.action is Action.ACCEPT and answered.stage is Stage.DOT:
            outcome = Outcome(
                message_id=parcel.message_id, state=State.ACCEPTED, reply=shown
            )
        elif read.action is Action.REFUSE:
            outcome = Outcome(
                message_id=parcel.message_id,
                state=State.REFUSED,
                reason=read.reason,
                reply=shown,
            )
        else:
            outcome = self._deferred(parcel, read.reason, shown, now)
        await self._settle(outcome, campaign_id=parcel.campaign_id, read=read)

    def _deferred(
        self, parcel: Parcel, reason: str, reply: str | None, now: datetime
    ) -> Outcome:
        waits = self.site.settings.delivery.retry_minutes
        return Outcome(
            message_id=parcel.message_id,
            state=State.DEFERRED,
            reason=reason,
            reply=reply,
            due_at=policy.next_attempt(
                parcel.message_id, parcel.attempts + 1, waits=waits, now=now
            ),
        )

    async def _settle(
        self,
        outcome: Outcome,
        *,
        campaign_id: int,
        read: verdict.Verdict | None = None,
    ) -> None:
        await self._journal.settle(outcome, campaign_id=campaign_id, verdict=read)
        self.settled(outcome.state)
