"""A breaker: stops asking a relay, or a provider behind it, that keeps failing.

Pure: states are values, `now` is an argument. Closed, everything may go. When failures
outweigh successes it opens for a wait that grows each time; then it is half open, and
one message at a time may try. The first success closes it (CLOSED takes its place),
a failure opens it again.

A failure weighs one share of what is in flight, not one: eight connections that are
cut at once are one event, and a single refusal stops nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

LEAST_SHARES = 3  # so that even a lone connection may fail twice
FULL = 1.0  # the weight at which a breaker opens
PROBE_HOLDS = timedelta(minutes=1)  # how long a message that tries keeps others away
PROBE_LOOK = timedelta(seconds=5)  # when the others ask what became of it
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Breaker:
    """What has been seen of one destination."""

    weight: float = 0.0  # of the failures since the last success
    openings: int = 0  # in a row; the wait grows with them
    open_until: datetime | None = None  # none: closed
    probe_until: datetime | None = None  # somebody tries until then


CLOSED = Breaker()


def believed(breaker: Breaker, *, waits: Sequence[float], now: datetime) -> Breaker:
    """Return it without a wait longer than it ever gives: then the clock went back."""
    longest = now + timedelta(seconds=max(waits))
    if breaker.open_until is not None and breaker.open_until > longest:
        breaker = replace(breaker, open_until=now)
    if breaker.probe_until is not None and breaker.probe_until > now + PROBE_HOLDS:
        breaker = replace(breaker, probe_until=now)
    return breaker


def allowance(breaker: Breaker, *, now: datetime) -> int | None:
    """Return how many messages may go now: none, one that tries, or any (None)."""
    if breaker.open_until is None:
        return None
    if now < breaker.open_until:
        return 0
    busy = breaker.probe_until is not None and now < breaker.probe_until
    return 0 if busy else 1


def waits_until(breaker: Breaker, *, now: datetime) -> datetime:
    """Return when it is worth asking again."""
    later = now
    if breaker.open_until is not None:
        later = max(later, breaker.open_until)
    if breaker.probe_until is not None:
        later = max(later, min(breaker.probe_until, now + PROBE_LOOK))
    return later


def trying(breaker: Breaker, *, now: datetime) -> Breaker:
    """Note that one message tries; whatever comes of it ends the trial."""
    if breaker.open_until is None:
        return breaker
    return replace(breaker, probe_until=now + PROBE_HOLDS)


def failed(
    breaker: Breaker, *, in_flight: int, waits: Sequence[float], now: datetime
) -> Breaker:
    """Note a failure out of `in_flight`; `waits` are seconds, the last one repeats."""
    if breaker.open_until is not None and now < breaker.open_until:
        return breaker  # it was under way when the breaker opened
    half_open = breaker.open_until is not None
    weight = breaker.weight + 1 / max(in_flight, LEAST_SHARES)
    if not half_open and weight < FULL - ROUNDING:
        return replace(breaker, weight=weight)
    return opened(breaker, waits=waits, now=now)


def opened(breaker: Breaker, *, waits: Sequence[float], now: datetime) -> Breaker:
    """Open at once, for what needs no second proof."""
    if breaker.open_until is not None and now < breaker.open_until:
        return breaker
    wait = waits[min(breaker.openings, len(waits) - 1)]
    return Breaker(
        openings=breaker.openings + 1, open_until=now + timedelta(seconds=wait)
    )
