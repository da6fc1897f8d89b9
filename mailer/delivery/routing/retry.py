"""When to try a deferred message again: pure."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

JITTER = 0.2  # of each wait at most, so that messages do not return all at once


def next_attempt(
    message_number: int, attempts: int, *, waits: Sequence[float], now: datetime
) -> datetime:
    """Return when a message may be tried again, after a number of attempts.

    `waits` are in minutes; the last one repeats. A random part is added, which is the
    same for the same message and number of attempts.
    """
    wait = waits[min(max(attempts, 1), len(waits)) - 1]
    digest = hashlib.sha256(f"{message_number}:{attempts}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 2**32
    return now + timedelta(minutes=wait * (1 + JITTER * share))
