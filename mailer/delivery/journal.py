"""The journal: marks and outcomes of all connections, committed in groups.

One transaction for all that waits; everyone who waits is told when it is durable. A
fault of the store reaches each of them: no mark, so no dot.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mailer.campaigns import control
from mailer.database import Database
from mailer.delivery.verdict import Verdict
from mailer.outcomes import mark, record
from mailer.outcomes.record import Outcome

GATHER = 0.002  # seconds to let other connections join a group


class Journal:
    """Writes for one worker; `run` must be running."""

    def __init__(
        self, database: Database, worker_id: int, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._worker_id = worker_id
        self._clock = clock
        self._marks: list[tuple[int, asyncio.Future[bool]]] = []
        self._outcomes: list[tuple[Outcome, Verdict | None, int]] = []
        self._settled: list[asyncio.Future[None]] = []
        self._work = asyncio.Event()

    async def mark(self, message_id: int) -> bool:
        """Commit the mark of a message; False where the gate refused it."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._marks.append((message_id, future))
        self._work.set()
        return await future

    async def settle(
        self, outcome: Outcome, *, campaign_id: int, verdict: Verdict | None = None
    ) -> None:
        """Commit what became of a message."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outcomes.append((outcome, verdict, campaign_id))
        self._settled.append(future)
        self._work.set()
        await future

    async def run(self) -> None:
        """Commit groups until cancelled."""
        while True:
            await self._work.wait()
            await asyncio.sleep(GATHER)
            self._work.clear()
            await self._commit()

    async def _commit(self) -> None:
        marks, self._marks = self._marks, []
        outcomes, self._outcomes = self._outcomes, []
        settled, self._settled = self._settled, []
        waiting = [future for _, future in marks]
        try:
            allowed = await self._write([number for number, _ in marks], outcomes)
        except BaseException as fault:
            everyone: list[asyncio.Future[Any]] = [*waiting, *settled]
            for each in everyone:
                if not each.done():
                    each.set_exception(fault)
                    each.exception()
            raise
        for number, future in marks:
            if not future.done():
                future.set_result(number in allowed)
        for done in settled:
            if not done.done():
                done.set_result(None)

    async def _write(
        self, numbers: list[int], outcomes: list[tuple[Outcome, Verdict | None, int]]
    ) -> set[int]:
        now = self._clock()
        allowed: set[int] = set()
        async with self._database.writing() as session:
            if outcomes:
                settled = [outcome for outcome, _, _ in outcomes]
                await record.settle(session, self._worker_id, settled, now=now)
            for outcome, verdict, campaign_id in outcomes:
                if verdict is not None and verdict.suppress:
                    await record.suppress_reader(
                        session, outcome.message_id, verdict.reason, now=now
                    )
                if verdict is not None and verdict.action == "pause":
                    because = f"{verdict.reason}: {outcome.reply}"
                    await control.pause(
                        session, campaign_id, by="delivery", because=because, now=now
                    )
            if numbers:
                allowed = await mark.mark(session, self._worker_id, numbers, now=now)
                refused = [number for number in numbers if number not in allowed]
                if refused:
                    await mark.turned_away(session, self._worker_id, refused, now=now)
        return allowed
