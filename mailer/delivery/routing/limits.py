"""Token buckets as values: how many messages may go now, and when the others may.

Pure; `now` is an argument. A limit per minute or hour holds in every window of that
length. A limit per second holds on average; the messages of one second may go at once.
A message under several limits goes when all of them allow it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

ROUNDING = 1e-9
MAX_CLOCK_SKEW = timedelta(minutes=5)  # between the clocks of two machines


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A bucket: its name, its capacity in messages, and how fast it fills."""

    name: str
    capacity: int
    per_second: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketLevel:
    """A bucket's level at an instant, and until when its refill is booked."""

    level: float  # messages
    at: datetime
    booked_to: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A number of messages under the same limits."""

    count: int
    limits: tuple[Limit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """How many of the messages may go now, and when each of the others may."""

    now: int
    later: tuple[datetime, ...]


def per_second(name: str, count: float) -> Limit:
    """Return a limit of `count` messages per second on average."""
    return Limit(name=name, capacity=max(1, math.ceil(count)), per_second=count)


def within(name: str, count: int, *, seconds: int, shares: int) -> Limit:
    """Return a limit of `count` messages in any window of `seconds`.

    One of `shares` equal parts may go at once. Capacity and refill of one window are
    together no more than `count`, so no window exceeds it.
    """
    capacity = max(1, count // shares)
    return Limit(
        name=name, capacity=capacity, per_second=(count - capacity + 1) / seconds
    )


def full(limit: Limit, *, now: datetime) -> BucketLevel:
    """Return the level of a full bucket."""
    return BucketLevel(level=limit.capacity, at=now, booked_to=now)


def moved_back(level: BucketLevel, *, now: datetime) -> BucketLevel:
    """Return a level from far in the future as of `now`, its bookings moved too.

    Such a level was stored before the clock was set back. Others stay as they are.
    """
    ahead = level.at - now
    if ahead <= MAX_CLOCK_SKEW:
        return level
    return replace(level, at=now, booked_to=level.booked_to - ahead)


def take(
    wanted: Sequence[Wanted], levels: Mapping[str, BucketLevel], *, now: datetime
) -> tuple[list[Given], dict[str, BucketLevel]]:
    """Take from the buckets for each in turn; return the results and the new levels."""
    remaining = dict(levels)
    given = []
    for each in wanted:
        for limit in each.limits:
            remaining[limit.name] = _refilled(limit, remaining[limit.name], now)
        free = {a: math.floor(remaining[a.name].level + ROUNDING) for a in each.limits}
        going = min([each.count, *free.values()])
        for limit in each.limits:
            left = remaining[limit.name].level - going
            remaining[limit.name] = replace(remaining[limit.name], level=left)
        short = [limit for limit in each.limits if free[limit] < each.count]
        later = _book(each.count - going, short, remaining, now)
        given.append(Given(now=going, later=later))
    return given, remaining


def _refilled(limit: Limit, level: BucketLevel, now: datetime) -> BucketLevel:
    """Return a level as of `now`; after a clock set back it does not rise."""
    level = moved_back(level, now=now)
    elapsed = max(0.0, (now - level.at).total_seconds())
    filled = min(float(limit.capacity), level.level + elapsed * limit.per_second)
    return replace(level, level=filled, at=max(now, level.at))


def _book(
    count: int, short: Sequence[Limit], remaining: dict[str, BucketLevel], now: datetime
) -> tuple[datetime, ...]:
    """Return an instant for each waiting message, after those booked before.

    Only the limits that ran short are booked, each at its own rate.
    """
    later = [now] * count
    for limit in short:
        step = timedelta(microseconds=math.ceil(1_000_000 / limit.per_second))
        start = max(now, remaining[limit.name].booked_to)
        slots = [start + step * rank for rank in range(1, count + 1)]
        later = [max(pair) for pair in zip(later, slots, strict=True)]
        if slots:
            remaining[limit.name] = replace(remaining[limit.name], booked_to=slots[-1])
    return tuple(later)
