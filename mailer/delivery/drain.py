"""Decides when a worker that runs until idle may end, and reports what still waits.

The worker ends when looks at the store found nothing due and nothing under way, and a
check between the first and the last of them found no release under way and no worker
that may soon be known to be dead. It waits for limits and for relays that may soon be
back; messages that are due later are reported.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from mailer.clock import uptime
from mailer.delivery import waiting
from mailer.delivery.dispatcher import Dispatcher
from mailer.delivery.smtp.connect import RelayError
from mailer.outbox import plan
from mailer.store.database import Database

HELD_PAUSE = (
    0.1  # seconds between looks while waiting for a limit, relay, release or recovery
)
PAUSE = 0.02  # seconds between looks otherwise
LONG_WAIT, REPORT_EVERY = 10.0, 300.0  # seconds


class Drain:
    """The end of one worker."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        *,
        awaits_recovery: Callable[[], Awaitable[bool]],
        now: Callable[[], datetime],
        notify: Callable[[str], None],
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._awaits_recovery = awaits_recovery
        self._now = now
        self._notify = notify
        self._reported_at = float("-inf")
        self._more_to_come = False  # when last asked
        self._no_more_at = datetime.min.replace(tzinfo=UTC)  # last such answer

    async def is_done(self) -> bool:
        """Return whether the worker may end, after a look that found nothing due."""
        idle = self._dispatcher.idle
        if idle is None:
            return False
        if idle.last < self._dispatcher.router.health.held_until:
            await self._report_long_wait()
            return False
        if idle.first <= self._no_more_at <= idle.last:
            return True
        releasing = bool(await self._database.query(plan.under_way))
        self._more_to_come = releasing or await self._awaits_recovery()
        if not self._more_to_come:
            self._no_more_at = self._now()
        return False

    @property
    def pause(self) -> float:
        """Seconds to the next look."""
        held = self._now() < self._dispatcher.router.health.held_until
        return HELD_PAUSE if held or self._more_to_come else PAUSE

    async def report(self) -> None:
        """Report what still waits.

        Raises RelayError if messages wait for a relay that has no fallback.
        """
        now = self._now()
        sentence = await self._waiting_sentence(now)
        for name, queue in self._dispatcher.queues.items():
            if self._dispatcher.router.health.usable(name, now=now):
                continue
            if queue.connections.fault is not None:
                raise type(queue.connections.fault)(
                    sentence or str(queue.connections.fault)
                )
            if sentence:
                raise RelayError(sentence)
        if sentence:
            self._notify(sentence)

    async def _report_long_wait(self) -> None:
        """Report a long wait when it begins, and every few minutes."""
        now = self._now()
        wait = (self._dispatcher.router.health.held_until - now).total_seconds()
        if wait > LONG_WAIT and uptime() - self._reported_at > REPORT_EVERY:
            self._reported_at = uptime()
            if sentence := await self._waiting_sentence(now):
                self._notify(sentence)

    async def _waiting_sentence(self, now: datetime) -> str:
        """Return a sentence about the messages that wait; empty if none does."""
        waits = await self._database.query(partial(waiting.read, now=now))
        if waits is None:
            return ""
        health, queues = self._dispatcher.router.health, self._dispatcher.queues
        soonest = max(
            (health.next_attempt(name, now=now) for name in queues), default=now
        )
        return waiting.sentence(waits, health.relays, health.reasons, soonest=soonest)
