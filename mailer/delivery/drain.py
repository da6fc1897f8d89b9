"""The end of a worker that stops when nothing is due: whether it has come.

It has come when looks at the store found nothing due and nothing under way, the last of
them after no release was making messages any more. What a limit or a relay holds back
for a while is waited for; what is due much later is told, and left.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from mailer.clock import uptime
from mailer.delivery import waiting
from mailer.delivery.dispatcher import Dispatcher
from mailer.delivery.smtp.connect import RelayError
from mailer.outbox import plan
from mailer.store.database import Database

HELD = 0.1  # seconds between looks while a limit, a relay or a release is waited for
SOON = 0.02  # the same while nothing else is waited for than what is under way
LONG, TELL = 10.0, 300.0  # seconds of waiting that are told, and how often


class Drain:
    """The end of one worker."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        *,
        now: Callable[[], datetime],
        tell: Callable[[str], None],
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._now = now
        self._tell = tell
        self._told_at = float("-inf")
        self._made = False  # a release was making messages when last asked
        self._none_made_at = datetime.min.replace(tzinfo=UTC)  # none was, at this time

    async def has_come(self) -> bool:
        """Whether nothing is left to do, now that a look has found nothing due."""
        idle = self._dispatcher.idle
        if idle is None:
            return False
        if idle.last < self._dispatcher.router.health.held_until:
            await self._report_a_long_wait()
            return False
        if idle.first <= self._none_made_at <= idle.last:
            return True
        self._made = bool(await self._database.query(plan.under_way))
        if not self._made:
            self._none_made_at = self._now()
        return False

    @property
    def pause(self) -> float:
        """Seconds to the next look."""
        held = self._made or self._now() < self._dispatcher.router.health.held_until
        return HELD if held else SOON

    async def complain(self) -> None:
        """Tell what waits; raise it where a relay is away that none replaces."""
        now = self._now()
        said = await self._what_waits(now)
        for name, queue in self._dispatcher.queues.items():
            if self._dispatcher.router.health.replaced(name, now=now):
                continue
            if queue.connections.fault is not None:
                raise type(queue.connections.fault)(
                    said or str(queue.connections.fault)
                )
            if said:
                raise RelayError(said)
        if said:
            self._tell(said)

    async def _report_a_long_wait(self) -> None:
        """Say what the end is waiting for, now and again."""
        now = self._now()
        wait = (self._dispatcher.router.health.held_until - now).total_seconds()
        if wait > LONG and uptime() - self._told_at > TELL:
            self._told_at = uptime()
            if said := await self._what_waits(now):
                self._tell(said)

    async def _what_waits(self, now: datetime) -> str:
        found = await self._database.query(partial(waiting.read, now=now))
        if found is None:
            return ""
        health, queues = self._dispatcher.router.health, self._dispatcher.queues
        soonest = max(
            (health.asked_again(name, now=now) for name in queues), default=now
        )
        return waiting.sentence(found, health.relays, health.troubles, soonest=soonest)
