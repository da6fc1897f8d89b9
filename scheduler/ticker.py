"""The ticker: calls one coroutine at a fixed interval.

It does not decide what is due: the coroutine asks the store. Only this module imports
apscheduler, and it uses only the interval trigger and the memory store: apscheduler's
shared stores can run a job twice, and its cron trigger is wrong when clocks change.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


def start(tick: Callable[[], Awaitable[None]], *, seconds: float) -> AsyncIOScheduler:
    """Call `tick` now and then every `seconds`; return the running scheduler.

    Calls never overlap. Several missed calls become one late call.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        tick,
        IntervalTrigger(seconds=seconds, timezone=UTC),
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    return scheduler
