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
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from mailer.campaigns import sending
from mailer.campaigns.models import Campaign
from mailer.campaigns.states import State as CampaignState
from mailer.delivery import connect, throttle, waiting
from mailer.delivery.connect import Connection, RelayError
from mailer.delivery.flow import Flow
from mailer.delivery.journal import Journal
from mailer.delivery.lane import PATIENCE
from mailer.delivery.outlet import Outlet
from mailer.delivery.parcel import Stage, clock
from mailer.delivery.prepare import Preparer
from mailer.errors import first_of
from mailer.outbox import claim, plan, postpone
from mailer.outbox.states import State
from mailer.outcomes import record
from mailer.site import Site

IDLE = 1.0  # seconds between looks for work
HELD = 0.1  # the same while the end waits for what a limit or a relay holds back
SOON = 0.02  # the same while it waits for nothing else than what is under way
LONG, TELL = 10.0, 300.0  # seconds of waiting that are told, and how often
LEAVING = 30.0  # seconds the messages in flight may take when told to stop


@dataclass(kw_only=True)
class Worker:
    """One delivering process."""

    site: Site
    now: Callable[[], datetime]
    until_idle: bool = False
    settled: Callable[[Counter[State]], None] = lambda _states: None  # after a commit
    told: Callable[[str], None] = lambda _sentence: None  # what waits, at the end
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Deliver until stopped, or until nothing is due."""
        database = self.site.database
        lease = timedelta(seconds=self.site.settings.delivery.lease_seconds)
        async with database.writing() as session:
            self._id = await claim.enlist(session, lease=lease, now=self.now())
        self._preparer = Preparer(self.site)
        self._journal = Journal(database, self._id, now=self.now, settled=self.settled)
        self._flow = Flow.of(self.site.settings)
        self._outlets: dict[str, Outlet] = {}
        self._told_at = float("-inf")
        self._doubtful = False  # whether the last claim was committed
        sound = True
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._background = [
                    self._tasks.create_task(self._journal.run()),
                    self._tasks.create_task(self._heartbeat(lease)),
                    self._tasks.create_task(self._watch()),
                ]
                await self._feed()
                await self._finish()
                for task in self._background:
                    task.cancel()
        except BaseExceptionGroup as group:
            # where the store failed the next worker takes over what this one held
            sound = group.subgroup(DBAPIError) is None
            raise first_of(group) from None
        finally:
            self._flow.leaving = True
            for outlet in self._outlets.values():
                outlet.drop()
            if sound:
                await self._journal.write()
                await database.patiently(self._give_back)

    def _outlet(self, name: str) -> Outlet:
        """Return the outlet of a relay, made when something is first for it."""
        found = self._outlets.get(name)
        if found is not None:
            return found
        relay, settings = self._flow.relays.settings[name], self.site.settings

        async def connected() -> Connection:
            return await connect.connect(
                relay, root=self.site.root, hello=relay.hello or settings.mail.domain
            )

        made = self._outlets[name] = Outlet(
            name,
            relay,
            flow=self._flow,
            delivery=settings.delivery,
            preparer=self._preparer,
            connect=connected,
            book=self._journal,
            now=self.now,
        )
        self._journal.outlets.append(made)
        self._background.append(self._tasks.create_task(made.keep_connected()))
        return made

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
            for outlet in self._outlets.values():
                outlet.look()

    async def _feed(self) -> None:
        """Keep the outlets supplied until there is no work or we are told to stop."""
        database = self.site.database
        looked = float("-inf")
        while not self.stopping.is_set():
            if clock() - looked >= IDLE:
                await database.patiently(self._keep_house)
                looked = clock()
            now, busy = self.now(), self._busy()
            done = self._done()  # before the claim: what goes back now is claimed
            if busy and len(busy) == len(self._outlets):
                await self._progress(IDLE)
            elif not await database.patiently(partial(self._claim, busy, now)):
                held = now < self._flow.held_until
                if self.until_idle and done and self._done():
                    if not held:
                        await database.patiently(self._keep_house)
                        await self._complain(now)
                        return
                    await self._tell_of_a_long_wait(now)
                await self._progress(self._pause(held=held))

    def _pause(self, *, held: bool) -> float:
        if not self.until_idle:
            return IDLE
        return HELD if held else SOON

    def _busy(self) -> set[str]:
        """Return the relays that have enough to do."""
        least = self.site.settings.delivery.claim // 2
        return {
            name
            for name, outlet in self._outlets.items()
            if len(outlet.waiting) > least
        }

    def _done(self) -> bool:
        return self._journal.quiet and all(
            outlet.empty for outlet in self._outlets.values()
        )

    async def _complain(self, now: datetime) -> None:
        """Tell what waits; raise it where a relay is away that none replaces."""
        said = await self._what_waits(now)
        for name, outlet in self._outlets.items():
            if self._flow.replaced(name, now=now):
                continue
            if outlet.fault is not None:
                raise type(outlet.fault)(said or str(outlet.fault))
            if said:
                raise RelayError(said)
        if said:
            self.told(said)

    async def _tell_of_a_long_wait(self, now: datetime) -> None:
        """Say what the end is waiting for, now and again."""
        wait = (self._flow.held_until - now).total_seconds()
        if wait > LONG and clock() - self._told_at > TELL:
            self._told_at = clock()
            if said := await self._what_waits(now):
                self.told(said)

    async def _what_waits(self, now: datetime) -> str:
        async def read() -> waiting.Waiting | None:
            async with self.site.database.reading() as session:
                return await waiting.read(session, now=now)

        found = await self.site.database.patiently(read)
        if found is None:
            return ""
        soonest = max(
            (self._flow.asked_again(name, now=now) for name in self._outlets),
            default=now,
        )
        return waiting.sentence(
            found, self._flow.relays, self._flow.troubles, soonest=soonest
        )

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
        for outlet in self._outlets.values():
            outlet.waiting.clear()
            outlet.leave()
        self._journal.wake()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING):
                while not self._done() or any(
                    outlet.connected for outlet in self._outlets.values()
                ):
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
            await throttle.forget(session, now=now)
            unplanned = await session.scalars(
                select(Campaign.id).where(
                    Campaign.state == CampaignState.SENDING,
                    Campaign.planned_at.is_(None),
                )
            )
        for campaign_id in unplanned.all():
            await plan.plan(self.site, campaign_id)

    async def _claim(self, busy: set[str], now: datetime) -> bool:
        """Claim what is due; say whether anything goes now."""
        limit = self._flow.worth_claiming(self.site.settings.delivery.claim, now=now)
        if not limit:
            return False
        waiting = (each for outlet in self._outlets.values() for each in outlet.waiting)
        held = [*(each.row.id for each in waiting), *self._journal.marking]
        doubtful, self._doubtful = self._doubtful, True
        async with self.site.database.writing() as session:
            if doubtful:  # rows may be ours that we were never told of
                await claim.give_back(session, self._id, besides=held)
            claimed = await claim.claim(session, self._id, limit=limit, now=now)
            admitted = await self._flow.admit(session, claimed, busy=busy, now=now)
            await postpone.put_off(session, self._id, admitted.later)
            ready = {
                name: await self._preparer.prepare(session, rows)
                for name, rows in admitted.go.items()
            }
        self._doubtful = False
        for name, prepared in ready.items():
            self._outlet(name).add(prepared)
        return bool(ready)
