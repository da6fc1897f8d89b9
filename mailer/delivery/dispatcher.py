"""Takes due messages for the relays, in the transaction that marks them.

Claimed, let through by the flow, marked and made ready in one go, so that nothing is
held that is not about to be sent. What may not go is settled or put off in the same
transaction; what is for a relay without a connection stays in the store.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.delivery.connection_pool import TOGETHER
from mailer.delivery.prepare import Prepared, Preparer
from mailer.delivery.relay_queue import RelayQueue
from mailer.delivery.routing.router import Router, not_connected
from mailer.outbox import claim, postpone
from mailer.outbox.claim import Claimed, Due, Search
from mailer.outcomes import closing, mark, record
from mailer.settings.sections import DeliverySettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """What one transaction took, once it is committed."""

    ready: Mapping[str, list[Prepared]] = field(default_factory=dict)  # by relay
    wanted: Mapping[str, list[Claimed]] = field(default_factory=dict)  # if connected
    slow: Set[str] = frozenset()  # relays that hold up the others
    moved: bool = False  # something is nearer its end
    stays: bool = False  # something is left where it is until its relay is connected
    more: bool = False  # as much was due as was asked for
    again: bool = False  # and none of it is to be sent
    resting_at: datetime | None = None  # when, if nothing else was under way then


class Idle(NamedTuple):
    """Looks at the store that found nothing due while nothing was under way."""

    first: datetime
    last: datetime


@dataclass(kw_only=True)
class Dispatcher:
    """What one worker takes from the store."""

    worker_id: int
    router: Router
    preparer: Preparer
    delivery: DeliverySettings
    queue: Callable[[str], RelayQueue]  # of a relay, made when it is first asked for
    queues: Mapping[str, RelayQueue]
    dry: bool = False  # nothing was due when it last looked
    idle: Idle | None = None  # since anything last moved
    again: bool = False  # what was due is settled, and more may be behind it
    closed: bool = False  # nothing is to be taken any more
    _staying: bool = False  # what was due waits for a connection, and nothing else
    _slow: Set[str] = frozenset()  # relays whose messages were put off
    _search: Search = field(default_factory=Search)
    _unsure: list[int] = field(default_factory=list)  # marked, perhaps committed

    def look_again(self) -> None:
        """Look from the first due message on, though nothing was due before."""
        self.dry = False
        self._search.start_anew()

    @property
    def wanted(self) -> bool:
        """Whether there may be more, and room for it."""
        return not (self.dry or self.closed) and (
            self.again
            or (
                not self._staying
                and any(queue.hungry for queue in self.queues.values())
            )
        )

    @property
    def resting(self) -> bool:
        """Whether nothing that was taken is under way."""
        return all(queue.empty for queue in self.queues.values())

    async def take(self, session: AsyncSession, *, now: datetime) -> Batch:
        """Mark what is due, as much as the relays have room for.

        Asked again after a commit whose answer was lost, it first takes back what that
        commit may have marked.
        """
        if self._unsure:
            await record.unmark(session, self.worker_id, self._unsure, now=now)
            self.look_again()
        slow = self._kept_waiting(now)
        for name in self._slow - slow.keys():
            await postpone.bring_back(session, why=not_connected(name), now=now)
            self.look_again()
        if self.dry or self.closed:
            return Batch(slow=slow.keys())
        return await self._take(session, slow, now)

    async def _take(
        self, session: AsyncSession, slow: Mapping[str, float], now: datetime
    ) -> Batch:
        resting_at = now if self.resting else None
        names = self.router.relays.settings
        room = {name: 0 if name in slow else self._room(name) for name in names}
        limit = sum(max(each, 0) for each in room.values())
        limit = self.router.worth_claiming(limit, now=now)
        if limit <= 0:
            moved = any(each <= 0 for each in room.values())
            return Batch(slow=slow.keys(), moved=moved, resting_at=resting_at)
        due = await claim.claim(session, self._search, limit=limit, now=now)
        await self._dispose(session, due, now)
        admitted = await self.router.admit(
            session,
            due.rows,
            busy={name for name, each in room.items() if each <= 0},
            absent={name for name in room if not self._connected(name)},
            slow=slow,
            now=now,
        )
        await postpone.put_off(session, admitted.later)
        ready = await self._mark(session, admitted.go, now)
        more = len(due.rows) + len(due.refused) + len(due.doubtful) >= limit
        stays = any(name not in slow for name in admitted.wanted)
        done = bool(due.refused or due.doubtful) or (admitted.passed and more)
        return Batch(
            ready=ready,
            wanted=admitted.wanted,
            slow=slow.keys(),
            moved=bool(ready) or stays or done,
            stays=stays,
            again=done and not (ready or stays),
            resting_at=resting_at,
            more=more,
        )

    def _kept_waiting(self, now: datetime) -> dict[str, float]:
        """Return the relays that hold up others, and for how many seconds by now.

        None does where nothing goes anyway. The end waits for what they may yet take.
        """
        if self.closed:
            return {}
        waited = {name: each.connections.awaited for name, each in self.queues.items()}
        slow = {name: each for name, each in waited.items() if each > TOGETHER}
        if len(slow) == len(self.router.relays.settings):
            return {}
        if slow:
            self.router.health.hold(now + timedelta(seconds=TOGETHER))
        return slow

    async def _dispose(self, session: AsyncSession, due: Due, now: datetime) -> None:
        """Settle what is due and not to be sent, or not before its doubt is decided."""
        await record.refuse(session, due.refused, now=now)
        if due.doubtful:
            resend = self.delivery.uncertain != "hold"
            await closing.decide(session, due.doubtful, resend=resend, now=now)

    async def _mark(
        self, session: AsyncSession, go: Mapping[str, list[Claimed]], now: datetime
    ) -> dict[str, list[Prepared]]:
        ids = [row.id for rows in go.values() for row in rows]
        if not ids:
            return {}
        self._unsure += ids
        marked = await mark.mark(session, self.worker_id, ids, now=now)
        return {
            name: await self.preparer.prepare(
                session, [row for row in rows if row.id in marked]
            )
            for name, rows in go.items()
        }

    def _room(self, name: str) -> int:
        found = self.queues.get(name)
        return (
            self.router.relays.settings[name].connections if not found else found.room
        )

    def _connected(self, name: str) -> bool:
        return name in self.queues and bool(self.queues[name].connections)

    def hand_out(self, taken: Batch, *, marked_at: float) -> None:
        """Give the relays what a committed transaction took for them."""
        self._unsure = []
        self.dry = self.dry or not taken.moved
        if taken.moved:
            self.idle = None
        elif at := taken.resting_at:
            self.idle = Idle(first=self.idle.first if self.idle else at, last=at)
        self.again, self._slow = taken.again, taken.slow
        self._staying = taken.stays and not taken.ready
        if taken.stays or not taken.more:  # what stayed in the store is behind
            self._search.start_anew()
        for name, rows in taken.wanted.items():
            self.queue(name).want(len(rows), {row.campaign_id for row in rows})
        for name, prepared in taken.ready.items():
            self.queue(name).marked(prepared, marked_at=marked_at, more=taken.more)
