"""Cadences of recurring mailings, as values.

A cadence is the days on which a mailing recurs, a time of day and a zone. It has no
clock and no calendar of holidays: scheduler.slots finds its dates.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum, StrEnum

LAST = -1
QUARTERS = (1, 4, 7, 10)  # the first months of the quarters
QUARTER_ENDS = (3, 6, 9, 12)
SHORTEST_MONTH = 28  # days; a later date is the last day of a shorter month


class Weekday(IntEnum):
    """Days of the week, numbered as by `date.weekday()`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


EVERY_DAY = tuple(Weekday)


class Shift(StrEnum):
    """What becomes of a date on which the office is closed."""

    SKIP = "skip"  # no letter
    FORWARD = "forward"  # brought forward: the working day before
    BACK = "back"  # put back: the next working day


class Unit(StrEnum):
    """What an offset counts."""

    DAY = "day"
    WORKING_DAY = "working_day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recurrence:
    """Days of the calendar that recur.

    - `weekdays` alone: every week, or every so many `weeks`;
    - `weekdays` with `nths` (1 to 4, or -1 for the last): the first Tuesday of a month;
    - `working` with `nths`: the last working day of a month; without: every one;
    - `dates` (1 to 31, or -1): days of a month, its last day if it is shorter;
    - `rule`: any other rule of RFC 5545, without its time.

    `months` are those in which it recurs; () is all.
    """

    weekdays: tuple[Weekday, ...] = ()
    weeks: int = 1
    nths: tuple[int, ...] = ()
    working: bool = False
    dates: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    rule: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Offset:
    """A distance from a day: a count of units, or the next of a weekday.

    A negative count is before the day.
    """

    count: int
    unit: Unit = Unit.DAY
    weekday: Weekday | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """The days of a cadence: a recurrence, or offsets from it or from an event.

    `event` is the word for what the offsets count from, such as forum or release.
    """

    recurrence: Recurrence | None = None
    event: str = ""
    offsets: tuple[Offset, ...] = ()
    shift: Shift | None = None
    starts: date | None = None  # the first day it may fall on
    ends: date | None = None  # the last


@dataclass(frozen=True, kw_only=True, slots=True)
class Cadence:
    """Days, and the local time in a zone at which a mailing goes on them."""

    days: Days
    at: time
    zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One date of a series: its local time, and the same as an instant."""

    local: datetime  # naive; identifies the slot within its series
    instant: datetime  # UTC
