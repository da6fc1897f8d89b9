"""The hours of the day in which something may be sent, and the instants they mean.

Pure: nothing here asks a clock. A window is open from its first minute up to, and not
including, its last. One that ends before it begins goes on past midnight. A local time
that daylight saving skips means the next valid instant; one that it repeats means the
first of the two, so that no day opens twice.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler import zones
from scheduler.cadences import resolve
from scheduler.errors import ScheduleError

LOOK_AHEAD = 8  # days; a window that a clock change swallows opens the next day


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Local hours in a zone, every day."""

    opens: time
    closes: time
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """One day's window, as instants in UTC."""

    opens_at: datetime
    closes_at: datetime


def read(opens: str, closes: str, zone: str) -> Window:
    """Read a window such as 08:00, 20:00, Europe/Paris; refuse what is none."""
    made = Window(opens=_hour(opens), closes=_hour(closes), zone=zone)
    if made.opens == made.closes:
        raise ScheduleError(f"from {opens} until {closes} is no time at all")
    zones.named(zone)
    return made


def _hour(text: str) -> time:
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    if found is None:
        raise ScheduleError(f"{text!r} is not an hour such as 08:00")
    return time(int(found[1]), int(found[2]))


def opening(window: Window, instant: datetime) -> Opening:
    """Return the opening that holds an aware instant, or the first one after it."""
    zone = ZoneInfo(window.zone)
    overnight = timedelta(days=1 if window.closes < window.opens else 0)
    first = instant.astimezone(zone).date() - timedelta(days=2)
    for ahead in range(LOOK_AHEAD):
        day = first + timedelta(days=ahead)
        found = Opening(
            opens_at=resolve(datetime.combine(day, window.opens), zone),
            closes_at=resolve(datetime.combine(day + overnight, window.closes), zone),
        )
        if found.closes_at > max(instant, found.opens_at):
            return found
    raise AssertionError("a window opens every day but for a clock change")
