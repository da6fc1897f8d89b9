"""How fast we send to a provider that asked us to slow down.

Pure; `now` is an argument. Each time its breaker opens, the pace is halved. While all
is well it grows by half each minute, until it is no limit any more. A provider that
never slowed us down has no pace, and costs nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailer.delivery.routing import limits
from mailer.delivery.routing.limits import BucketLevel, Given, Limit, Wanted

FIRST = 60.0  # messages a minute, after the first time
LEAST = 1.0
FREE = 600.0  # at which the pace ends
SLOWER, FASTER = 0.5, 1.5  # a time, and a minute in which all is well
MINUTE = timedelta(minutes=1)
LONGEST = 60.0  # minutes
_NAME = "pace"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The pace of one recipient domain behind a relay."""

    per_minute: float  # at `since`
    since: datetime  # when it was set; all was well from then on
    level: BucketLevel


def slowed(pace: Pace | None, *, now: datetime) -> Pace:
    """Return the pace after the provider slowed us down once more."""
    before = FIRST / SLOWER if pace is None else per_minute(pace, now=now)
    after = max(LEAST, before * SLOWER)
    probe = BucketLevel(level=1.0, at=now, booked_to=now)  # one may go at once
    return Pace(per_minute=after, since=now, level=probe)


def well(pace: Pace, *, now: datetime) -> Pace:
    """Return the pace when the provider takes messages again: it grows from now on."""
    return replace(pace, since=now)


def per_minute(pace: Pace, *, now: datetime) -> float:
    """Return how many messages may go in a minute at present."""
    # after LONGEST any pace has grown to FREE
    minutes = min(LONGEST, max(0.0, (now - pace.since) / MINUTE))
    return min(FREE, pace.per_minute * float(FASTER**minutes))


def is_over(pace: Pace, *, now: datetime) -> bool:
    """Whether the pace is no limit any more."""
    return per_minute(pace, now=now) >= FREE


def take(pace: Pace, count: int, *, now: datetime) -> tuple[Given, Pace]:
    """Take from a pace; return how many messages may go now, and when the others."""
    rate = per_minute(pace, now=now)
    limit = Limit(name=_NAME, capacity=max(1, int(rate / 6)), per_second=rate / 60)
    wanted = Wanted(count=count, limits=(limit,))
    (given,), levels = limits.take([wanted], {_NAME: pace.level}, now=now)
    return given, replace(pace, level=levels[_NAME])


def in_words(pace: Pace, *, now: datetime) -> str:
    """Return the pace as text: “30 a minute at present”."""
    return f"{per_minute(pace, now=now):.0f} a minute at present"
