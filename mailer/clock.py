"""Reads the clocks of the machine; no other module of mailer does.

Rules take `now` as an argument. `now` may jump when the machine's time is corrected;
`uptime` never goes back and measures durations.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the current instant, in UTC."""
    return datetime.now(UTC)


def uptime() -> float:
    """Return the seconds since the machine started, with the time it was suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
