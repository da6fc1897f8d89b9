"""The journal: marks and outcomes of all connections, committed in groups.

One transaction for all that waits. A message is handed to the connections only after
the commit of its mark; where the store fails, nothing is marked and nothing is sent,
and what the relay answered is kept and written when the store is back.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import control
from mailer.database import Database
from mailer.delivery.answer import Settled
from mailer.delivery.outlet import Outlet
from mailer.delivery.parcel import clock
from mailer.delivery.prepare import Prepared
from mailer.delivery.verdict import Action
from mailer.outbox.states import State
from mailer.outcomes import mark, record

GATHER = 0.002  # seconds to let a group grow


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
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self.outlets: list[Outlet] = []
        self.marking: list[int] = []  # claimed, being marked
        self.quiet = True  # nothing waits to be written, nothing is being written

    def settle(self, settled: Settled) -> None:
        """Take what became of a message."""
        self._settled.append(settled)
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
        settled, self._settled = self._settled, []
        prepared = [each for _, group, _ in taken for each in group]
        unsent = [number for _, _, numbers in taken for number in numbers]
        if not (prepared or unsent or settled):
            return
        marked_at = clock()
        self.marking = [each.row.id for each in prepared]
        try:
            allowed = await self._database.patiently(
                lambda: self._write(prepared, unsent, settled)
            )
        except BaseException:
            self._settled = settled + self._settled
            for outlet, group, numbers in taken:
                outlet.give_up([*numbers, *(each.row.id for each in group)])
            raise
        finally:
            self.marking = []
        for outlet, group, _ in taken:
            outlet.marked(
                [each for each in group if each.row.id in allowed], marked_at=marked_at
            )
        if settled:
            self._told(Counter(each.outcome.state for each in settled))

    async def _write(
        self,
        prepared: Sequence[Prepared],
        unsent: Sequence[int],
        settled: Sequence[Settled],
    ) -> set[int]:
        now = self._now()
        numbers = [each.row.id for each in prepared]
        async with self._database.writing() as session:
            if settled:
                outcomes = [each.outcome for each in settled]
                await record.settle(session, self._worker_id, outcomes, now=now)
                await self._follow(session, settled, now)
            if unsent:
                await record.unmark(session, self._worker_id, unsent)
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
