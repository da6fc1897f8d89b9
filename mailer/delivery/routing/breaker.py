"""A circuit breaker: stops the use of a failing relay or recipient domain.

Pure: states are values, `now` is an argument. A closed breaker lets all messages go.
After repeated failures it opens for a wait that grows each time. Then it is half open:
one message at a time may probe. A success closes it (the caller replaces it by CLOSED),
a failure opens it again.

A failure weighs one share of the messages in flight. So eight connections that break
together count as one event, and a single refusal does not open the breaker.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MIN_SHARES = 3  # a relay with one connection may fail twice
OPENING_WEIGHT = 1.0  # at which a breaker opens
PROBE_HOLDS = timedelta(minutes=1)  # how long other messages wait for a probe
PROBE_LOOK = timedelta(seconds=5)  # when they look for its result
ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True, slots=True)
class Breaker:
    """The state of the breaker of one relay or recipient domain."""

    weight: float = 0.0  # of the failures since the last success
    openings: int = 0  # in a row; the wait grows with them
    open_until: datetime | None = None  # none: closed
    probe_until: datetime | None = None  # until then a message probes


CLOSED = Breaker()


def limited(breaker: Breaker, *, waits: Sequence[float], now: datetime) -> Breaker:
    """End a wait longer than the longest of `waits` (seconds): the clock was set back.

    Return the breaker with such a wait ended at `now`.
    """
    longest = now + timedelta(seconds=max(waits))
    if breaker.open_until is not None and breaker.open_until > longest:
        breaker = replace(breaker, open_until=now)
    if breaker.probe_until is not None and breaker.probe_until > now + PROBE_HOLDS:
        breaker = replace(breaker, probe_until=now)
    return breaker


def allowance(breaker: Breaker, *, now: datetime) -> int | None:
    """Return how many messages may go now: 0, 1 as a probe, or None for any number."""
    if breaker.open_until is None:
        return None
    if now < breaker.open_until:
        return 0
    has_probe = breaker.probe_until is not None and now < breaker.probe_until
    return 0 if has_probe else 1


def waits_until(breaker: Breaker, *, now: datetime) -> datetime:
    """Return when to ask for an allowance again."""
    later = now
    if breaker.open_until is not None:
        later = max(later, breaker.open_until)
    if breaker.probe_until is not None:
        later = max(later, min(breaker.probe_until, now + PROBE_LOOK))
    return later


def probing(breaker: Breaker, *, now: datetime) -> Breaker:
    """Return the breaker with a probe on its way, until it succeeds or fails."""
    if breaker.open_until is None:
        return breaker
    return replace(breaker, probe_until=now + PROBE_HOLDS)


def failed(
    breaker: Breaker, *, in_flight: int, waits: Sequence[float], now: datetime
) -> Breaker:
    """Return the breaker after a failure of one of `in_flight` messages.

    `waits` are in seconds; the last one repeats.
    """
    if breaker.open_until is not None and now < breaker.open_until:
        return breaker  # the message was in flight when the breaker opened
    half_open = breaker.open_until is not None
    weight = breaker.weight + 1 / max(in_flight, MIN_SHARES)
    if not half_open and weight < OPENING_WEIGHT - ROUNDING:
        return replace(breaker, weight=weight)
    return opened(breaker, waits=waits, now=now)


def opened(breaker: Breaker, *, waits: Sequence[float], now: datetime) -> Breaker:
    """Return the breaker opened at once, after a failure that needs no repetition."""
    if breaker.open_until is not None and now < breaker.open_until:
        return breaker
    wait = waits[min(breaker.openings, len(waits) - 1)]
    return Breaker(
        openings=breaker.openings + 1, open_until=now + timedelta(seconds=wait)
    )
