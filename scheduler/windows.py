"""Windows: the hours of the day in which a campaign may be sent, and their instants.

Pure functions: the caller gives the time. A window includes the minute it opens and
excludes the minute it closes. A window that closes before it opens ends the next day.
A local time that daylight saving skips becomes the next valid instant. Of a local time
that it repeats the first is used, so that a window opens once a day.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler import zones
from scheduler.errors import ScheduleError
from scheduler.instants import instant_of

LOOK_AHEAD = 8  # days; daylight saving can skip the whole window of a day


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Local hours in a time zone, the same every day."""

    opens: time
    closes: time
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """The window of one day, as instants in UTC."""

    opens_at: datetime
    closes_at: datetime


def parse(opens: str, closes: str, zone: str) -> Window:
    """Read a window such as 08:00, 20:00, Europe/Paris.

    Raises ScheduleError when a time or the zone is not valid, or the times are equal.
    """
    window = Window(opens=_time(opens), closes=_time(closes), zone=zone)
    if window.opens == window.closes:
        raise ScheduleError(
            f"the window is empty: from {opens} until {closes}; the times must differ"
        )
    zones.named(zone)
    return window


def _time(text: str) -> time:
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", text)
    if match is None:
        raise ScheduleError(f"{text!r} is not a time such as 08:00")
    return time(int(match[1]), int(match[2]))


def opening(window: Window, instant: datetime) -> Opening:
    """Return the opening that contains an aware instant, or else the next opening."""
    zone = ZoneInfo(window.zone)
    overnight = timedelta(days=1 if window.closes < window.opens else 0)
    first = instant.astimezone(zone).date() - timedelta(days=2)
    for ahead in range(LOOK_AHEAD):
        day = first + timedelta(days=ahead)
        candidate = Opening(
            opens_at=instant_of(datetime.combine(day, window.opens), zone),
            closes_at=instant_of(
                datetime.combine(day + overnight, window.closes), zone
            ),
        )
        if candidate.closes_at > max(instant, candidate.opens_at):
            return candidate
    raise AssertionError(f"{window} does not open within {LOOK_AHEAD} days")
