"""A worker: starts all parts of delivery, and stops them in order.

When a worker dies, the messages it had marked become uncertain; all others still wait.
When it is asked to stop, it makes no more marks, finishes the messages in flight, and
removes the marks of the others.
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
from mailer.delivery.routing.logins import Logins
from mailer.delivery.routing.router import Router
from mailer.delivery.smtp.connect import Channel
from mailer.errors import first_fault
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site

IDLE_LOOKS = 1.0  # seconds between looks for due messages
BUSY_LOOKS = 3.0  # the same while messages are sent
STOP_LIMIT = 30.0  # seconds for the messages in flight, after a request to stop
IDLE_STOP_LIMIT = 3.0  # the same for a store that is away, with nothing in flight


class Worker:
    """One worker; it calls `settled` with the counts of each write."""

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
            only_to=site.settings.mail.only_to,
        )
        self._journal = Journal(site, self._dispatcher, now=now, settled=settled)

    async def run(
        self,
        *,
        until_idle: bool,
        notify: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        """Deliver until stopped, or with `until_idle` until nothing is due.

        `notify` gets sentences for the operator about messages that still wait. Raises
        RelayError if messages wait for a relay at the end.
        """
        drain = self._drain(notify) if until_idle else None
        store_works = True
        try:
            async with self._tasks:
                for each in (
                    self._journal.run(),
                    self._housekeeping.renew_lease(),
                    self._housekeeping.continue_releases(self._look_again),
                    self._check_timeouts(),
                    self._limit_store_wait(),
                ):
                    self._background.append(self._tasks.create_task(each))
                await self._deliver(drain)
                await self._finish()
                for task in self._background:
                    task.cancel()
        except BaseExceptionGroup as group:
            # if the store failed, the next worker recovers the marks of this one
            store_works = group.subgroup(DBAPIError) is None
            raise first_fault(group) from None
        finally:
            await self._close(store_works=store_works)

    def _drain(self, notify: Callable[[str], None]) -> Drain:
        return Drain(
            self._site.database,
            self._dispatcher,
            awaits_recovery=self._housekeeping.awaits_recovery,
            now=self._now,
            notify=notify,
        )

    async def _close(self, *, store_works: bool) -> None:
        """Abort the connections; write the last outcomes if the store works."""
        self._dispatcher.router.health.closing = self._dispatcher.closed = True
        for queue in self._queues.values():
            queue.connections.abort()
        if store_works:
            await self._journal.write()
            await self._housekeeping.end_lease()

    def _queue(self, name: str) -> RelayQueue:
        """Return the queue of a relay; make it if missing."""
        queue = self._queues.get(name)
        if queue is not None:
            return queue
        router, settings = self._dispatcher.router, self._site.settings
        relay = router.relays.settings[name]

        logins = Logins(self._site, name, relay, now=self._now)

        async def open_channel() -> Channel:
            own = self._queues[name]
            return await logins.connect(
                is_open=lambda: bool(own.connections), silent=own.silent
            )

        queue = self._queues[name] = RelayQueue(
            name,
            relay,
            router=router,
            delivery=settings.delivery,
            preparer=self._dispatcher.preparer,
            connect=open_channel,
            recorder=self._journal,
            now=self._now,
        )
        self._background.append(self._tasks.create_task(queue.connections.maintain()))
        return queue

    async def _check_timeouts(self) -> None:
        """Fail connections whose relay has not replied in time, until cancelled."""
        while True:
            await asyncio.sleep(IDLE_LOOKS)
            for queue in self._queues.values():
                queue.connections.check_timeouts()

    async def _limit_store_wait(self) -> None:
        """After a request to stop, limit the wait for a store that is away."""
        await self._stopping.wait()
        limit = IDLE_STOP_LIMIT if self._dispatcher.all_settled else STOP_LIMIT
        self._site.database.retry_until = time.monotonic() + limit

    async def _deliver(self, drain: Drain | None) -> None:
        """Look for due messages until the drain is done, or a request to stop."""
        looked_at, sending = float("-inf"), False
        while not self._stopping.is_set():
            if uptime() - looked_at >= (BUSY_LOOKS if sending else IDLE_LOOKS):
                await self._housekeeping.run_once()
                looked_at = uptime()
                self._look_again()
            if not self._dispatcher.nothing_due:
                sending = await self._write_done(IDLE_LOOKS)
                continue
            sending = False
            if drain is not None and self._idle() and await drain.is_done():
                await self._housekeeping.run_once()
                await drain.report()
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(drain.pause if drain else IDLE_LOOKS):
                    await self._stopping.wait()
            self._look_again()

    def _look_again(self) -> None:
        self._dispatcher.look_again()
        self._journal.write_now()

    def _idle(self) -> bool:
        return self._journal.idle and self._dispatcher.all_settled

    async def _write_done(self, seconds: float) -> bool:
        """Wait for a write or a request to stop; return False after `seconds`."""
        waiting = [
            asyncio.ensure_future(self._journal.next_write()),
            asyncio.ensure_future(self._stopping.wait()),
        ]
        done, _ = await asyncio.wait(
            waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        for each in waiting:
            each.cancel()
        return bool(done)

    async def _finish(self) -> None:
        """Wait for the messages in flight, STOP_LIMIT seconds at most."""
        self._dispatcher.closed = True
        for queue in self._queues.values():
            queue.quit()
        self._journal.write_now()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_LIMIT):
                while not self._idle() or any(
                    queue.connections for queue in self._queues.values()
                ):
                    await self._journal.next_write()
