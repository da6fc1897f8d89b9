"""Chores: calls one coroutine at intervals, beside the ticker.

Only this module imports apscheduler, with its memory store and interval trigger. A
chore asks the store what is due, so that nothing is lost when a call is late.
Slots of campaigns are the ticker's: an interval of apscheduler follows the machine's
clock, and waits when that is set back.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


@asynccontextmanager
async def every(
    seconds: float, chore: Callable[[], Awaitable[None]]
) -> AsyncIterator[None]:
    """Call `chore` now and then every `seconds`, until the block ends.

    Calls never overlap, several missed calls become one, and a late call is not left
    out. A fault of `chore` is logged by apscheduler, and the next call comes. A call
    that runs at the end is cancelled and waited for.
    """
    running: set[asyncio.Task[object]] = set()

    async def call() -> None:
        task = asyncio.current_task()
        if task is not None:
            running.add(task)
            task.add_done_callback(running.discard)
        await chore()

    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        call,
        IntervalTrigger(seconds=seconds, timezone=UTC),
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        await asyncio.gather(*running, return_exceptions=True)
