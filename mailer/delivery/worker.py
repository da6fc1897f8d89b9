"""A worker: keeps the relays' connections supplied, and the house in order.

Nobody is lost when it dies: what it had marked becomes uncertain, all else still waits.
It stops cleanly when told to: no new mark, the messages in flight finished, the rest
given back.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import sending
from mailer.delivery import connect, throttle, waiting
from mailer.delivery.connect import Connection, RelayError
from mailer.delivery.flow import Flow
from mailer.delivery.journal import Journal
from mailer.delivery.lane import PATIENCE
from mailer.delivery.outlet import Outlet
from mailer.delivery.parcel import Stage, clock
from mailer.delivery.prepare import Preparer
from mailer.delivery.supply import Supply
from mailer.errors import first_of
from mailer.outbox import lease, plan
from mailer.outbox.states import State
from mailer.outcomes import closing, record
from mailer.site import Site

IDLE = 1.0  # seconds between looks for work
BUSY = 3.0  # the same while messages move
HELD = 0.1  # the same while the end waits for what a limit or a relay holds back
SOON = 0.02  # the same while it waits for nothing else than what is under way
LONG, TELL = 10.0, 300.0  # seconds of waiting that are told, and how often
Answer = TypeVar("Answer")
NEVER = datetime.min.replace(tzinfo=UTC)
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
        held = timedelta(seconds=self.site.settings.delivery.lease_seconds)
        await self._begin(held)
        sound = True
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._background = [
                    self._tasks.create_task(self._journal.run()),
                    self._tasks.create_task(self._heartbeat(held)),
                    self._tasks.create_task(self._watch()),
                    self._tasks.create_task(self._carry_on()),
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
            self._supply.flow.leaving = self._supply.closed = True
            for outlet in self._outlets.values():
                outlet.drop()
            if sound:
                await self._journal.write()
                await database.patiently(self._leave)

    async def _begin(self, held: timedelta) -> None:
        database, settings = self.site.database, self.site.settings
        async with database.writing() as session:
            number = await lease.enlist(session, lease=held, now=self.now())
        self._outlets: dict[str, Outlet] = {}
        self._told_at = float("-inf")
        self._made = False  # a release was under way when last asked
        self._none_made_at = NEVER  # none was, at this instant
        self._supply = Supply(
            worker_id=number,
            flow=Flow.of(settings),
            preparer=Preparer(self.site),
            delivery=settings.delivery,
            outlet=self._outlet,
            outlets=self._outlets,
        )
        self._journal = Journal(
            database, self._supply, now=self.now, settled=self.settled
        )

    def _outlet(self, name: str) -> Outlet:
        """Return the outlet of a relay, made when something is first for it."""
        found = self._outlets.get(name)
        if found is not None:
            return found
        flow, settings = self._supply.flow, self.site.settings
        relay = flow.relays.settings[name]

        async def connected() -> Connection:
            return await connect.connect(
                relay, root=self.site.root, hello=relay.hello or settings.mail.domain
            )

        made = self._outlets[name] = Outlet(
            name,
            relay,
            flow=flow,
            delivery=settings.delivery,
            preparer=self._supply.preparer,
            connect=connected,
            book=self._journal,
            now=self.now,
        )
        self._background.append(self._tasks.create_task(made.keep_connected()))
        return made

    async def _leave(self) -> None:
        async with self.site.database.writing() as session:
            await lease.leave(session, self._supply.worker_id, now=self.now())

    async def _heartbeat(self, held: timedelta) -> None:
        async def beat() -> None:
            number = self._supply.worker_id
            async with self.site.database.writing() as session:
                await lease.stay_alive(session, number, lease=held, now=self.now())

        while True:
            await asyncio.sleep(held.total_seconds() / 3)
            await self.site.database.patiently(beat)

    async def _watch(self) -> None:
        """End connections whose relay is silent."""
        while True:
            await asyncio.sleep(IDLE)
            for outlet in self._outlets.values():
                outlet.look()

    async def _feed(self) -> None:
        """Have the store looked at until there is no work or we are told to stop."""
        looked, moving = float("-inf"), False
        while not self.stopping.is_set():
            if clock() - looked >= (BUSY if moving else IDLE):
                await self.site.database.patiently(self._keep_house)
                looked = clock()
                self._look_again()
            if not self._supply.dry:
                moving = await self._progress(IDLE)
                continue
            moving = False
            now = self.now()
            if self.until_idle and await self._at_an_end(now):
                await self.site.database.patiently(self._keep_house)
                await self._complain(now)
                return
            held = self._made or now < self._supply.flow.held_until
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause(held=held)):
                    await self.stopping.wait()
            self._look_again()

    async def _at_an_end(self, now: datetime) -> bool:
        """Whether nothing was due after all that was held back or being released."""
        idle_at, idle_since = self._supply.idle_at, self._supply.idle_since
        if idle_at is None or idle_since is None or not self._done():
            return False
        if idle_at < self._supply.flow.held_until:
            await self._tell_of_a_long_wait(now)
            return False
        if idle_since <= self._none_made_at <= idle_at:
            return True
        self._made = bool(await self._read(plan.under_way))
        if not self._made:
            self._none_made_at = self.now()
        return False

    def _look_again(self) -> None:
        self._supply.look_again()
        self._journal.hurry()

    def _pause(self, *, held: bool) -> float:
        if not self.until_idle:
            return IDLE
        return HELD if held else SOON

    def _done(self) -> bool:
        return self._journal.quiet and self._supply.resting

    async def _complain(self, now: datetime) -> None:
        """Tell what waits; raise it where a relay is away that none replaces."""
        said = await self._what_waits(now)
        for name, outlet in self._outlets.items():
            if self._supply.flow.replaced(name, now=now):
                continue
            if outlet.fault is not None:
                raise type(outlet.fault)(said or str(outlet.fault))
            if said:
                raise RelayError(said)
        if said:
            self.told(said)

    async def _tell_of_a_long_wait(self, now: datetime) -> None:
        """Say what the end is waiting for, now and again."""
        wait = (self._supply.flow.held_until - now).total_seconds()
        if wait > LONG and clock() - self._told_at > TELL:
            self._told_at = clock()
            if said := await self._what_waits(now):
                self.told(said)

    async def _what_waits(self, now: datetime) -> str:
        found = await self._read(partial(waiting.read, now=now))
        if found is None:
            return ""
        flow = self._supply.flow
        soonest = max(
            (flow.asked_again(name, now=now) for name in self._outlets), default=now
        )
        return waiting.sentence(found, flow.relays, flow.troubles, soonest=soonest)

    async def _progress(self, within: float) -> bool:
        """Wait until something was written or we are told to stop; say if either."""
        waiting = [
            asyncio.ensure_future(self._journal.written_again()),
            asyncio.ensure_future(self.stopping.wait()),
        ]
        done, _ = await asyncio.wait(
            waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED
        )
        for each in waiting:
            each.cancel()
        return bool(done)

    async def _finish(self) -> None:
        """Let the messages in flight end, for a while."""
        self._supply.closed = True
        for outlet in self._outlets.values():
            outlet.leave()
        self._journal.hurry()
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
            orphans = await lease.recover(session, answer_wait=answer_wait, now=now)
            if orphans:
                await record.uncertain(
                    session, orphans, why="its worker died", due_at=evidence, now=now
                )
            await sending.move_on(session, now=now)
            await closing.expire(session, now=now)
            await closing.finish(session, now=now)
            await throttle.forget(session, now=now)

    async def _carry_on(self) -> None:
        """Carry on with releases that were broken off."""
        while True:
            for each in await self._read(partial(plan.orphans, now=self.now())):
                await self.site.database.patiently(
                    partial(plan.plan, self.site, each.campaign_id)
                )
                self._look_again()
            await asyncio.sleep(IDLE)

    async def _read(self, ask: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
        """Ask the store a question, until it is there to answer."""

        async def asked() -> Answer:
            async with self.site.database.reading() as session:
                return await ask(session)

        return await self.site.database.patiently(asked)
