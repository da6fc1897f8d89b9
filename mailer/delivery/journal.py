"""The journal: marks and outcomes of all connections, committed in groups.

One transaction for all that waits. A message is handed to the connections only after
the commit of its mark; where the store fails, nothing is marked and nothing is sent,
and what the relay answered is kept and written when the store is back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import control
from mailer.database import Database
from mailer.delivery.answer import Settled
from mailer.delivery.outlet import Outlet
from mailer.delivery.parcel import clock
from mailer.delivery.prepare import Prepared
from mailer.delivery.verdict import Action
from mailer.outbox import postpone
from mailer.outbox.postpone import PutOff
from mailer.outbox.states import State
from mailer.outcomes import mark, record

GATHER = 0.002  # seconds to let a group grow


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    """What is written in one transaction."""

    prepared: Sequence[Prepared]  # to be marked
    unsent: Sequence[int]  # whose marks are taken back
    put_off: Sequence[PutOff]
    settled: Sequence[Settled]
    pauses: Mapping[int, str]

    def __bool__(self) -> bool:
        return bool(
            self.prepared or self.unsent or self.put_off or self.settled or self.pauses
        )


class Journal:
    """Writes for one worker; `run` must be running."""

    def __init__(
        self,
        database: Database,
        worker_id: int,
        *,
        now: Callable[[], datetime],
        settled: Callable[[Counter[State]], None],
    ) -> None:
        self._database = database
        self._worker_id = worker_id
        self._now = now
        self._told = settled
        self._settled: list[Settled] = []
        self._put_off: list[PutOff] = []
        self._pauses: dict[int, str] = {}  # campaigns, and why
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self.outlets: list[Outlet] = []
        self.marking: list[int] = []  # claimed, being marked
        self.quiet = True  # nothing waits to be written, nothing is being written

    def settle(self, settled: Settled) -> None:
        """Take what became of a message."""
        self._settled.append(settled)
        self.wake()

    def put_off(self, messages: Iterable[PutOff]) -> None:
        """Take claimed messages that are to wait again."""
        self._put_off += messages
        self.wake()

    def pause(self, campaigns: Iterable[int], because: str) -> None:
        """Take campaigns that a person must look at."""
        self._pauses |= dict.fromkeys(campaigns, because)
        self.wake()

    def wake(self) -> None:
        """Note that there may be something to write."""
        self.quiet = False
        self._wake.set()

    async def written_again(self) -> None:
        """Wait until the next group is written, or there was nothing to write."""
        self._written.clear()
        await self._written.wait()

    async def run(self) -> None:
        """Commit groups until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER)
            self._wake.clear()
            await self.write()
            self.quiet = not self._wake.is_set()
            self._written.set()

    async def write(self) -> None:
        """Write all that waits, in one transaction; all waits again if it fails."""
        taken = [(each, each.to_mark(), each.take_unsent()) for each in self.outlets]
        group = _Group(
            prepared=[each for _, asked, _ in taken for each in asked],
            unsent=[number for _, _, numbers in taken for number in numbers],
            put_off=self._put_off,
            settled=self._settled,
            pauses=self._pauses,
        )
        if not group:
            return
        self._put_off, self._settled, self._pauses = [], [], {}
        marked_at = clock()
        self.marking = [each.row.id for each in group.prepared]
        try:
            allowed = await self._database.patiently(lambda: self._write(group))
        except BaseException:
            self._put_off = [*group.put_off, *self._put_off]
            self._settled = [*group.settled, *self._settled]
            self._pauses = {**group.pauses, **self._pauses}
            for outlet, asked, numbers in taken:
                outlet.give_up([*numbers, *(each.row.id for each in asked)])
            raise
        finally:
            self.marking = []
        for outlet, asked, _ in taken:
            outlet.marked(
                [each for each in asked if each.row.id in allowed], marked_at=marked_at
            )
        if group.settled:
            self._told(Counter(each.outcome.state for each in group.settled))

    async def _write(self, group: _Group) -> set[int]:
        now = self._now()
        numbers = [each.row.id for each in group.prepared]
        async with self._database.writing() as session:
            if group.settled:
                outcomes = [each.outcome for each in group.settled]
                await record.settle(session, self._worker_id, outcomes, now=now)
                await self._follow(session, group.settled, now)
            if group.unsent:
                await record.unmark(session, self._worker_id, group.unsent)
            await postpone.put_off(session, self._worker_id, group.put_off)
            for number, because in group.pauses.items():
                await control.pause(
                    session, number, by="delivery", because=because, now=now
                )
            if not numbers:
                return set()
            allowed = await mark.mark(session, self._worker_id, numbers, now=now)
            refused = [number for number in numbers if number not in allowed]
            if refused:
                await mark.turned_away(session, self._worker_id, refused, now=now)
            return allowed

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
                    session, outcome.message_id, verdict.reason, now=now
                )
            if verdict.action is Action.PAUSE and each.campaign_id not in paused:
                paused.add(each.campaign_id)
                because = f"{verdict.reason}: {outcome.reply}"
                await control.pause(
                    session, each.campaign_id, by="delivery", because=because, now=now
                )
