"""When to try again: pure rules of waits and limits."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

JITTER = 0.2  # of each wait, so that a relay that comes back is not stormed


def next_attempt(
    message_number: int, attempts: int, *, waits: Sequence[float], now: datetime
) -> datetime:
    """Return when a message may be tried again after its attempts so far.

    `waits` are minutes; the last repeats. The jitter is the message's own and the same
    each time it is asked for.
    """
    wait = waits[min(max(attempts, 1), len(waits)) - 1]
    digest = hashlib.sha256(f"{message_number}:{attempts}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 2**32
    return now + timedelta(minutes=wait * (1 + JITTER * share))
