"""The journal: outcomes and marks of all connections, committed in groups.

One transaction records what became of messages and marks the next ones. A message is
handed to the connections only after the commit of its mark; where the store fails,
nothing is marked and nothing is sent, and what the relay answered is kept and written
when the store is back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import batches
from mailer.campaigns import control
from mailer.clock import uptime
from mailer.delivery import answer
from mailer.delivery.answer import Settled
from mailer.delivery.dispatcher import Batch, Dispatcher
from mailer.delivery.recorder import Unrecorded
from mailer.delivery.relay_queue import RelayQueue
from mailer.delivery.smtp.verdict import Action
from mailer.outbox.message_states import MessageState
from mailer.outcomes import record
from mailer.store.database import Database

PATIENT = 50.0  # times as long as the last writing took
SHARE = 10.0  # the worker has been at work so many times as long
LONGEST = 0.5  # seconds, at most


def patience(took: float, age: float) -> float:
    """Return for how many seconds an outcome that nobody waits for waits for others.

    Long enough that writing takes little of a slow relay's time, never long beside what
    this worker has done, so that a kill undoes little. `took` are the seconds of the
    last writing, `age` those since the worker began.
    """
    return min(PATIENT * took, age / SHARE, LONGEST)


class _Group(NamedTuple):
    """What is written in one transaction, besides what it takes."""

    by: Sequence[tuple[RelayQueue, Unrecorded]]
    told: Unrecorded  # all of theirs
    pauses: Mapping[int, str]


class Journal:
    """Writes for one worker; `run` must be running."""

    def __init__(
        self,
        database: Database,
        dispatcher: Dispatcher,
        *,
        now: Callable[[], datetime],
        settled: Callable[[Counter[MessageState]], None],
    ) -> None:
        self._database = database
        self._dispatcher = dispatcher
        self._now = now
        self._shown = settled
        self._pauses: dict[int, str] = {}  # campaigns, and why
        self._due = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._written = asyncio.Event()
        self._writing = False
        self._took = 0.0  # seconds the last writing took
        self._since = uptime()

    def wake(self) -> None:
        """Note that there is something to write, soon."""
        if self._timer is None:
            wait = patience(self._took, uptime() - self._since)
            self._timer = asyncio.get_running_loop().call_later(wait, self.hurry)

    def hurry(self) -> None:
        """Write, and take what is due, at once."""
        self._due.set()

    def look(self) -> None:
        """Note that a relay may soon have nothing to send."""
        if not (self._dispatcher.dry or self._writing):
            self._due.set()

    def pause(self, campaigns: Iterable[int], because: str) -> None:
        """Pause campaigns: a person must look at them."""
        self._pauses |= dict.fromkeys(campaigns, because)
        self.hurry()

    @property
    def quiet(self) -> bool:
        """Whether nothing waits to be written, and nothing is being written."""
        return not (self._due.is_set() or self._writing or self._timer)

    async def written_again(self) -> None:
        """Wait until the next transaction is done."""
        self._written.clear()
        await self._written.wait()

    async def run(self) -> None:
        """Write whenever somebody is in a hurry, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            self._writing = True
            try:
                await self.write()
            finally:
                self._writing = False
            if self._dispatcher.wanted:
                self._due.set()
            self._written.set()

    async def write(self) -> None:
        """Write all that waits and take what is due, in one transaction."""
        group = self._gathered()
        began = uptime()
        try:
            taken, marked_at = await self._database.retry(lambda: self._write(group))
        except BaseException:
            for queue, told in group.by:
                queue.keep(told)
            self._pauses = {**group.pauses, **self._pauses}
            raise
        self._took = uptime() - began
        self._dispatcher.hand_out(taken, marked_at=marked_at)
        if group.told.accepted or group.told.settled:
            states = Counter(each.outcome.state for each in group.told.settled)
            if group.told.accepted:
                states[MessageState.ACCEPTED] = len(group.told.accepted)
            self._shown(states)

    def _gathered(self) -> _Group:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        by = [(each, each.tell()) for each in self._dispatcher.queues.values()]
        told = Unrecorded()
        for _, each in by:
            told.add(each)
        pauses, self._pauses = self._pauses, {}
        return _Group(by=by, told=told, pauses=pauses)

    async def _write(self, group: _Group) -> tuple[Batch, float]:
        """Return what was taken, and a time just before its marks were made."""
        worker_id = self._dispatcher.worker_id
        async with self._database.writing() as session:
            await batches.prefer_indexes(session)
            now, marked_at = self._now(), uptime()  # the lock may have taken long
            told = group.told
            if told.accepted:
                taken = [(of, answer.accepted(reply)) for of, reply in told.accepted]
                await record.accept(session, worker_id, taken, now=now)
            if told.settled:
                outcomes = [each.outcome for each in told.settled]
                await record.settle(session, worker_id, outcomes, now=now)
                await self._follow(session, told.settled, now)
            if told.unsent:
                await record.unmark(session, worker_id, told.unsent, now=now)
                self._dispatcher.look_again()
            for number, because in group.pauses.items():
                await control.pause(
                    session, number, by="delivery", because=because, now=now
                )
            return await self._dispatcher.take(session, now=now), marked_at

    async def _follow(
        self, session: AsyncSession, settled: Sequence[Settled], now: datetime
    ) -> None:
        """Suppress whom a reply says is gone; pause whose fault is ours."""
        paused: set[int] = set()
        for each in settled:
            verdict, outcome = each.verdict, each.outcome
            if verdict is None:
                continue
            if verdict.suppress:
                await record.suppress_reader(
                    session, outcome.message_number, verdict.reason, now=now
                )
            if verdict.action is Action.PAUSE and each.campaign_id not in paused:
                paused.add(each.campaign_id)
                because = f"{verdict.reason}: {outcome.reply}"
                await control.pause(
                    session, each.campaign_id, by="delivery", because=because, now=now
                )
