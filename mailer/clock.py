"""The clock: the only place in mailer that asks for the time.

Rules take `now` as an argument. Two clocks are kept apart: `now` is an instant that a
person may set, `uptime` only ever goes forward and measures how long something took.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def uptime() -> float:
    """Return seconds since the machine started, including those it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
