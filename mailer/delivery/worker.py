"""A worker: keeps the relays' connections supplied, and the house in order.

Nobody is lost when it dies: what it had marked becomes uncertain, all else still waits.
It stops cleanly when told to: no new mark, the messages in flight finished, the rest
given back.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import DBAPIError

from mailer.clock import uptime
from mailer.delivery.dispatcher import Dispatcher
from mailer.delivery.drain import Drain
from mailer.delivery.housekeeping import Housekeeping
from mailer.delivery.journal import Journal
from mailer.delivery.prepare import Preparer
from mailer.delivery.relay_queue import RelayQueue
from mailer.delivery.routing.router import Router
from mailer.delivery.smtp import connect
from mailer.delivery.smtp.connect import Channel
from mailer.errors import first_fault
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site

IDLE = 1.0  # seconds between looks for work
BUSY = 3.0  # the same while messages move
LEAVING = 30.0  # seconds the messages in flight may take when told to stop
RESTING = 3.0  # the same for a store that is away, where nothing is in flight


class Worker:
    """One delivering process, told what it `settled` after each commit."""

    def __init__(
        self,
        site: Site,
        housekeeping: Housekeeping,
        *,
        now: Callable[[], datetime],
        settled: Callable[[Counter[MessageState]], None],
        stopping: asyncio.Event,
    ) -> None:
        self._site = site
        self._housekeeping = housekeeping
        self._now = now
        self._stopping = stopping
        self._tasks = asyncio.TaskGroup()
        self._background: list[asyncio.Task[None]] = []
        self._queues: dict[str, RelayQueue] = {}
        self._dispatcher = Dispatcher(
            worker_id=housekeeping.number,
            router=Router.of(site.settings),
            preparer=Preparer(site),
            delivery=site.settings.delivery,
            queue=self._queue,
            queues=self._queues,
        )
        self._journal = Journal(
            site.database, self._dispatcher, now=now, settled=settled
        )

    async def run(
        self,
        *,
        until_idle: bool,
        tell: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        """Deliver until stopped, or until nothing is due.

        Then `tell` is given a sentence for the operator about what still waits.
        """
        drain = (
            Drain(self._site.database, self._dispatcher, now=self._now, tell=tell)
            if until_idle
            else None
        )
        sound = True
        try:
            async with self._tasks:
                for each in (
                    self._journal.run(),
                    self._housekeeping.stay_alive(),
                    self._housekeeping.carry_on(self._look_again),
                    self._watch(),
                    self._lose_patience(),
                ):
                    self._background.append(self._tasks.create_task(each))
                await self._feed(drain)
                await self._finish()
                for task in self._background:
                    task.cancel()
        except BaseExceptionGroup as group:
            # where the store failed the next worker takes over what this one held
            sound = group.subgroup(DBAPIError) is None
            raise first_fault(group) from None
        finally:
            await self._leave(sound=sound)

    async def _leave(self, *, sound: bool) -> None:
        """End what is left; write what is known of it, if the store is `sound`."""
        self._dispatcher.router.health.leaving = self._dispatcher.closed = True
        for queue in self._queues.values():
            queue.connections.drop()
        if sound:
            await self._journal.write()
            await self._housekeeping.leave()

    def _queue(self, name: str) -> RelayQueue:
        """Return the relay queue of a relay, made when something is first for it."""
        found = self._queues.get(name)
        if found is not None:
            return found
        router, settings = self._dispatcher.router, self._site.settings
        relay = router.relays.settings[name]

        async def connected() -> Channel:
            return await connect.connect(
                relay, root=self._site.root, hello=relay.hello or settings.mail.domain
            )

        made = self._queues[name] = RelayQueue(
            name,
            relay,
            router=router,
            delivery=settings.delivery,
            preparer=self._dispatcher.preparer,
            connect=connected,
            recorder=self._journal,
            now=self._now,
        )
        self._background.append(self._tasks.create_task(made.connections.keep()))
        return made

    async def _watch(self) -> None:
        """End connections whose relay is silent."""
        while True:
            await asyncio.sleep(IDLE)
            for queue in self._queues.values():
                queue.connections.look()

    async def _lose_patience(self) -> None:
        """Told to stop, wait for a store that is away only so long."""
        await self._stopping.wait()
        wait = RESTING if self._dispatcher.resting else LEAVING
        self._site.database.retry_until = time.monotonic() + wait

    async def _feed(self, drain: Drain | None) -> None:
        """Have the store looked at until there is no work or we are told to stop."""
        looked, moving = float("-inf"), False
        while not self._stopping.is_set():
            if uptime() - looked >= (BUSY if moving else IDLE):
                await self._housekeeping.keep_house()
                looked = uptime()
                self._look_again()
            if not self._dispatcher.dry:
                moving = await self._progress(IDLE)
                continue
            moving = False
            if drain is not None and self._done() and await drain.has_come():
                await self._housekeeping.keep_house()
                await drain.complain()
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(drain.pause if drain else IDLE):
                    await self._stopping.wait()
            self._look_again()

    def _look_again(self) -> None:
        self._dispatcher.look_again()
        self._journal.hurry()

    def _done(self) -> bool:
        return self._journal.quiet and self._dispatcher.resting

    async def _progress(self, within: float) -> bool:
        """Wait until something was written or we are told to stop; say if either."""
        waiting = [
            asyncio.ensure_future(self._journal.written_again()),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        done, _ = await asyncio.wait(
            waiting, timeout=within, return_when=asyncio.FIRST_COMPLETED
        )
        for each in waiting:
            each.cancel()
        return bool(done)

    async def _finish(self) -> None:
        """Let the messages in flight end, for a while."""
        self._dispatcher.closed = True
        for queue in self._queues.values():
            queue.leave()
        self._journal.hurry()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING):
                while not self._done() or any(
                    queue.connections for queue in self._queues.values()
                ):
                    await self._journal.written_again()
