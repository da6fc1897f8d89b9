"""Token buckets as values: what a limit gives now, and when it gives the rest.

Pure; `now` is an argument. A limit of so many a minute, or an hour, is kept in every
minute, or hour, whichever one looks at; a limit a second is kept on average, and a
second's worth may go at once. A message falls under several limits and goes when all
of them let it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

ROUNDING = 1e-9
AHEAD = timedelta(minutes=5)  # at most, one machine's clock of another's


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """A bucket's name, how much it holds, and how fast it fills."""

    name: str
    holds: int
    per_second: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BucketLevel:
    """How full a bucket was, and up to when its refill is promised."""

    level: float
    at: datetime
    booked_to: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """So many messages that fall under the same limits."""

    count: int
    limits: tuple[Limit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """How many of them may go now, and when each of the rest may."""

    now: int
    later: tuple[datetime, ...]


def per_second(name: str, count: float) -> Limit:
    """Return the limit of so many a second on average."""
    return Limit(name=name, holds=max(1, math.ceil(count)), per_second=count)


def within(name: str, count: int, *, seconds: int, shares: int) -> Limit:
    """Return the limit of so many in any such time; one share of it may go at once.

    What a bucket holds and what it gains in the time are together no more than the
    count, so that no window of that length ever sees more.
    """
    holds = max(1, count // shares)
    return Limit(name=name, holds=holds, per_second=(count - holds + 1) / seconds)


def full(limit: Limit, *, now: datetime) -> BucketLevel:
    """Return the level of a bucket nobody has taken from."""
    return BucketLevel(level=limit.holds, at=now, booked_to=now)


def believed(level: BucketLevel, *, now: datetime) -> BucketLevel:
    """Return a level as it is, or moved to now with all it promised.

    One that lies further ahead than clocks differ was kept before a clock went back.
    """
    ahead = level.at - now
    if ahead <= AHEAD:
        return level
    return replace(level, at=now, booked_to=level.booked_to - ahead)


def take(
    wanted: Sequence[Wanted], levels: Mapping[str, BucketLevel], *, now: datetime
) -> tuple[list[Given], dict[str, BucketLevel]]:
    """Take what there is for each in turn; return it and the levels that remain."""
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
        later = _recorder(each.count - going, short, remaining, now)
        given.append(Given(now=going, later=later))
    return given, remaining


def _refilled(limit: Limit, level: BucketLevel, now: datetime) -> BucketLevel:
    """Return a bucket as it is now; a clock that went back fills nothing."""
    level = believed(level, now=now)
    elapsed = max(0.0, (now - level.at).total_seconds())
    filled = min(float(limit.holds), level.level + elapsed * limit.per_second)
    return replace(level, level=filled, at=max(now, level.at))


def _recorder(
    count: int, short: Sequence[Limit], remaining: dict[str, BucketLevel], now: datetime
) -> tuple[datetime, ...]:
    """Promise instants to those that wait, behind those promised before.

    Only the limits that ran short are booked, each at its own pace.
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
