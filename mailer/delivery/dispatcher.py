"""Takes due messages for the relays, in the transaction that marks them.

It claims messages, asks the router which may go now, marks these and prepares them. In
the same transaction it settles or postpones the others. A message whose relay has no
connection yet stays in the store.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.delivery.connection_pool import OPENING_WAIT
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.relay_queue import RelayQueue
from mailer.delivery.routing.router import Router, not_connected
from mailer.outbox import claim, only_to, postpone
from mailer.outbox.claim import Claimed, Due, Search
from mailer.outcomes import closing, mark, record
from mailer.settings.sections import DeliverySettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What one transaction took from the store."""

    ready: Mapping[str, list[Prepared]] = field(default_factory=dict)  # by relay
    unconnected: Mapping[str, list[Claimed]] = field(default_factory=dict)  # by relay
    slow: Set[str] = frozenset()  # relays whose messages are postponed
    progress: bool = False  # messages were marked, settled or left, or a relay is full
    left: bool = False  # messages stay in the store until their relay is connected
    more_due: bool = False  # as many messages were due as were asked for
    claim_again: bool = False  # more may be due, and none of these is to be sent
    idle_at: datetime | None = None  # when it looked, if nothing was under way


class Idle(NamedTuple):
    """First and last look at the store with nothing due and nothing under way."""

    first: datetime
    last: datetime


@dataclass(kw_only=True)
class Dispatcher:
    """What one worker takes from the store."""

    worker_id: int
    router: Router
    preparer: Preparer
    delivery: DeliverySettings
    queue: Callable[[str], RelayQueue]  # returns the queue of a relay, made if missing
    queues: Mapping[str, RelayQueue]
    only_to: Sequence[str] = ()  # patterns of addresses; none: no limit
    nothing_due: bool = False  # at the last look
    idle: Idle | None = None  # since the last progress
    closed: bool = False  # no more messages are to be taken
    _claim_again: bool = False  # as of Batch, of the last one
    _only_left: bool = False  # all that was due waits for a connection
    _slow: Set[str] = frozenset()  # relays whose messages were postponed
    _search: Search = field(default_factory=Search)
    _unconfirmed: list[int] = field(default_factory=list)  # commit of mark unknown

    def look_again(self) -> None:
        """Read due messages from the first one, though nothing was due before."""
        self.nothing_due = False
        self._search.restart()

    @property
    def wants_more(self) -> bool:
        """Whether more messages may be due and a relay has room for them."""
        return not (self.nothing_due or self.closed) and (
            self._claim_again
            or (
                not self._only_left
                and any(queue.needs_more for queue in self.queues.values())
            )
        )

    @property
    def all_settled(self) -> bool:
        """Whether every message that was taken has a recorded outcome."""
        return all(queue.empty for queue in self.queues.values())

    async def take(self, session: AsyncSession, *, now: datetime) -> Batch:
        """Mark due messages, as many as the relays have room for.

        After a commit whose result is unknown, first remove the marks it may have made.
        """
        if self._unconfirmed:
            await record.unmark(session, self.worker_id, self._unconfirmed, now=now)
            self.look_again()
        slow = self._slow_relays(now)
        for name in self._slow - slow.keys():
            await postpone.make_due(session, reason=not_connected(name), now=now)
            self.look_again()
        if self.nothing_due or self.closed:
            return Batch(slow=slow.keys())
        return await self._take(session, slow, now)

    async def _take(
        self, session: AsyncSession, slow: Mapping[str, float], now: datetime
    ) -> Batch:
        idle_at = now if self.all_settled else None
        names = self.router.relays.settings
        room = {name: 0 if name in slow else self._room(name) for name in names}
        limit = sum(max(each, 0) for each in room.values())
        limit = self.router.claim_limit(limit, now=now)
        if limit <= 0:
            full = any(each <= 0 for each in room.values())
            return Batch(slow=slow.keys(), progress=full, idle_at=idle_at)
        claimed = await claim.claim(session, self._search, limit=limit, now=now)
        due = only_to.divided(claimed, self.only_to)
        await self._settle_unsent(session, due, now)
        admitted = await self.router.admit(
            session,
            due.rows,
            busy={name for name, each in room.items() if each <= 0},
            unconnected={name for name in room if not self._connected(name)},
            slow=slow,
            now=now,
        )
        await postpone.put_off(session, admitted.put_off)
        ready = await self._mark(session, admitted.go, now)
        more_due = len(due.rows) + len(due.skipped) + len(due.uncertain) >= limit
        left = any(name not in slow for name in admitted.unconnected)
        done = bool(due.skipped or due.uncertain) or (admitted.postponed and more_due)
        return Batch(
            ready=ready,
            unconnected=admitted.unconnected,
            slow=slow.keys(),
            progress=bool(ready) or left or done,
            left=left,
            claim_again=done and not (ready or left),
            idle_at=idle_at,
            more_due=more_due,
        )

    def _slow_relays(self, now: datetime) -> dict[str, float]:
        """Return the relays that are slow to connect, and for how many seconds already.

        Return none if all relays are slow: then there are no others to hold up. While
        a relay is slow, the drain waits for it.
        """
        if self.closed:
            return {}
        opening = {
            name: each.connections.seconds_opening for name, each in self.queues.items()
        }
        slow = {name: each for name, each in opening.items() if each > OPENING_WAIT}
        if len(slow) == len(self.router.relays.settings):
            return {}
        if slow:
            self.router.health.hold(now + timedelta(seconds=OPENING_WAIT))
        return slow

    async def _settle_unsent(
        self, session: AsyncSession, due: Due, now: datetime
    ) -> None:
        """Settle claimed messages that are to be skipped, or uncertain."""
        await record.skip(session, due.skipped, now=now)
        if due.uncertain:
            resend = self.delivery.uncertain != "hold"
            await closing.decide(session, due.uncertain, resend=resend, now=now)

    async def _mark(
        self, session: AsyncSession, go: Mapping[str, list[Claimed]], now: datetime
    ) -> dict[str, list[Prepared]]:
        ids = [row.id for rows in go.values() for row in rows]
        if not ids:
            return {}
        self._unconfirmed += ids
        marked = await mark.mark(session, self.worker_id, ids, now=now)
        return {
            name: await self.preparer.prepare(
                session, [row for row in rows if row.id in marked]
            )
            for name, rows in go.items()
        }

    def _room(self, name: str) -> int:
        queue = self.queues.get(name)
        return (
            self.router.relays.settings[name].connections if not queue else queue.room
        )

    def _connected(self, name: str) -> bool:
        return name in self.queues and bool(self.queues[name].connections)

    def hand_out(self, batch: Batch, *, marked_at: float) -> None:
        """Give the messages of a committed transaction to the queues of their relays.

        `marked_at` is in seconds, by `clock.uptime`.
        """
        self._unconfirmed = []
        self.nothing_due = self.nothing_due or not batch.progress
        if batch.progress:
            self.idle = None
        elif at := batch.idle_at:
            self.idle = Idle(first=self.idle.first if self.idle else at, last=at)
        self._claim_again, self._slow = batch.claim_again, batch.slow
        self._only_left = batch.left and not batch.ready
        if batch.left or not batch.more_due:  # the search is past messages left behind
            self._search.restart()
        for name, rows in batch.unconnected.items():
            self.queue(name).open_for(len(rows), {row.campaign_id for row in rows})
        for name, prepared in batch.ready.items():
            self.queue(name).put(prepared, marked_at=marked_at, more_due=batch.more_due)
