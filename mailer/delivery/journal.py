"""Writes the outcomes and marks of all connections, many in one transaction.

One transaction records outcomes and marks the next messages. A message goes to its
relay's queue only after the commit of its mark. If the store fails, nothing is marked
and nothing sent; outcomes are kept, and written when the store is back.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import batches
from mailer.clock import uptime
from mailer.delivery import answer
from mailer.delivery.dispatcher import Batch, Dispatcher
from mailer.delivery.recorder import Unrecorded
from mailer.delivery.relay_queue import RelayQueue
from mailer.outbox.message_states import MessageState
from mailer.outcomes import faults, record
from mailer.outcomes.faults import AttemptFault
from mailer.outcomes.proportion import LAST
from mailer.readers import applying, optouts
from mailer.readers.optouts import BatchEnd
from mailer.sites.site import Site

WRITE_FACTOR = 50.0  # the delay is at most this many times the last write
AGE_FACTOR = 10.0  # the worker's age is at least this many times the delay
MAX_DELAY = 0.5  # seconds
COUNT_EVERY = 1.0  # seconds between counts of the attempts of a large campaign


def write_delay(write_seconds: float, age: float) -> float:
    """Return for how many seconds to delay writing outcomes, so that they batch.

    `write_seconds` is how long the last write took, `age` the seconds since the worker
    began. The delay keeps writes to a small part of a slow relay's time; short beside
    the age, it leaves few messages uncertain when the worker is killed.
    """
    return min(WRITE_FACTOR * write_seconds, age / AGE_FACTOR, MAX_DELAY)


class _Group(NamedTuple):
    """What one transaction writes, besides marks."""

    by_queue: Sequence[tuple[RelayQueue, Unrecorded]]
    together: Unrecorded  # of all queues
    pauses: Mapping[int, str]  # campaign → reason
    attempts: Counter[int]  # by campaign, those not counted in the store yet
    counted: bool  # whether they are counted now


class Journal:
    """The journal of one worker; it writes while `run` runs."""

    def __init__(
        self,
        site: Site,
        dispatcher: Dispatcher,
        *,
        now: Callable[[], datetime],
        settled: Callable[[Counter[MessageState]], None],
    ) -> None:
        self._database = site.database
        self._root = site.root
        self._dispatcher = dispatcher
        self._now = now
        self._settled = settled  # gets the counts of each write
        self._pauses: dict[int, str] = {}  # campaign → reason
        self._write_requested = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._written = asyncio.Event()
        self._writing = False
        self._write_seconds = 0.0  # of the last write
        self._began_at = uptime()
        self._uncounted: Counter[int] = Counter()  # by campaign
        self._counted: Counter[int] = Counter()  # by campaign, by this worker
        self._counted_at = float("-inf")

    def write_soon(self) -> None:
        """Request a write after `write_delay`."""
        if self._timer is None:
            delay = write_delay(self._write_seconds, uptime() - self._began_at)
            self._timer = asyncio.get_running_loop().call_later(delay, self.write_now)

    def write_now(self) -> None:
        """Request a write, which takes due messages too, at once."""
        self._write_requested.set()

    def take_now(self) -> None:
        """Request a write if messages may be due: a relay will soon have none."""
        if not (self._dispatcher.nothing_due or self._writing):
            self._write_requested.set()

    def pause(self, campaigns: Iterable[int], reason: str) -> None:
        """Pause campaigns, because a person must correct something."""
        self._pauses |= dict.fromkeys(campaigns, reason)
        self.write_now()

    @property
    def idle(self) -> bool:
        """Whether no write is requested or under way."""
        return not (self._write_requested.is_set() or self._writing or self._timer)

    async def next_write(self) -> None:
        """Wait until the next write is done."""
        self._written.clear()
        await self._written.wait()

    async def run(self) -> None:
        """Write whenever a write is requested, until cancelled."""
        while True:
            await self._write_requested.wait()
            self._write_requested.clear()
            self._writing = True
            try:
                await self.write()
            finally:
                self._writing = False
            if self._dispatcher.wants_more:
                self._write_requested.set()
            self._written.set()

    async def write(self) -> None:
        """Write all outcomes and take due messages, in one transaction."""
        group = self._collect()
        began_at = uptime()
        try:
            batch, marked_at, end = await self._database.retry(
                lambda: self._write(group)
            )
        except BaseException:
            for queue, unrecorded in group.by_queue:
                queue.restore(unrecorded)
            self._pauses = {**group.pauses, **self._pauses}
            raise
        if end is not None:
            optouts.mark_applied(self._root, end)
        self._write_seconds = uptime() - began_at
        self._uncounted = Counter() if group.counted else group.attempts
        if group.counted:
            self._counted_at = began_at
            self._counted.update(group.attempts)
        self._dispatcher.hand_out(batch, marked_at=marked_at)
        if group.together.accepted or group.together.settled:
            states = Counter(each.outcome.state for each in group.together.settled)
            if group.together.accepted:
                states[MessageState.ACCEPTED] = len(group.together.accepted)
            self._settled(states)

    def _collect(self) -> _Group:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        queues = self._dispatcher.queues.values()
        by_queue = [(each, each.take_unrecorded()) for each in queues]
        together = Unrecorded()
        for _, each in by_queue:
            together.add(each)
        pauses, self._pauses = self._pauses, {}
        attempts = +(self._uncounted + together.attempts)
        counted = bool(attempts) and (
            uptime() - self._counted_at >= COUNT_EVERY
            or any(self._counted[number] < LAST for number in attempts)
            or any(each.fault is not None for each in together.settled)
        )
        return _Group(by_queue, together, pauses, attempts, counted)

    async def _write(self, group: _Group) -> tuple[Batch, float, BatchEnd | None]:
        """Write a group; return the batch taken, and a time just before its marks.

        Opt-outs that wait in the file come before the claim; their end is returned.
        """
        worker_id = self._dispatcher.worker_id
        async with self._database.writing() as session:
            await batches.prefer_indexes(session)
            now, marked_at = self._now(), uptime()  # after waiting for the write lock
            outcomes = group.together
            if outcomes.accepted:
                accepted = [
                    (number, answer.accepted(reply), relay)
                    for number, reply, relay in outcomes.accepted
                ]
                await record.accept(session, worker_id, accepted, now=now)
            if outcomes.settled:
                await self._settle(session, outcomes, now)
            if group.counted:
                await faults.count(session, worker_id, group.attempts)
            await self._judge(session, outcomes, now)
            if outcomes.unsent:
                await record.unmark(session, worker_id, outcomes.unsent, now=now)
                self._dispatcher.look_again()
            for number, reason in group.pauses.items():
                await faults.pause(session, number, because=reason, now=now)
            end = None
            if optouts.has_pending(self._root):
                end = await applying.apply(session, self._root, now=now)
            return await self._dispatcher.take(session, now=now), marked_at, end

    async def _settle(
        self, session: AsyncSession, outcomes: Unrecorded, now: datetime
    ) -> None:
        """Record outcomes; pause campaigns whose sender was refused."""
        settled = [each.outcome for each in outcomes.settled]
        await record.settle(session, self._dispatcher.worker_id, settled, now=now)
        because = {
            each.campaign_id: f"{each.verdict.reason}: {each.outcome.reply}"
            for each in reversed(outcomes.settled)
            if each.pauses and each.verdict is not None
        }
        for number, reason in because.items():
            await faults.pause(session, number, because=reason, now=now)

    async def _judge(
        self, session: AsyncSession, outcomes: Unrecorded, now: datetime
    ) -> None:
        """Record faults; pause the campaigns in which too many messages fail alike."""
        by_campaign: dict[int, list[AttemptFault]] = defaultdict(list)
        for each in outcomes.settled:
            if each.fault is not None:
                by_campaign[each.campaign_id].append(each.fault)
        for number, found in by_campaign.items():
            among = outcomes.attempts[number]
            await faults.note(session, number, found, among)
            because = await faults.judge(session, number)
            if because is not None:
                await faults.pause(session, number, because=because, now=now)
