"""The ticker: calls one coroutine at a steady interval, in UTC, and holds no state.

It asks the clock for its first call only, and decides no instant: what is due is found
in the store by whoever is called. The one importer of apscheduler, whose shared stores
fire twice and whose cron mistakes daylight saving; so only its interval trigger and
memory store are used.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


def start(tick: Callable[[], Awaitable[None]], *, seconds: float) -> AsyncIOScheduler:
    """Call `tick` now and then every `seconds`; a late or missed call is made once."""
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
