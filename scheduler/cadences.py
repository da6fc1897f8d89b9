"""Cadences of recurring mailings, and the slots they produce.

Pure functions: the caller gives the time. A local time that daylight saving skips
becomes the next valid instant. Of a local time that it repeats the first is used.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from scheduler.errors import ScheduleError

LAST = -1
LAST_DAY = 31  # as `day`: the last day of a month or quarter
HORIZON = timedelta(days=366 * 5)  # a cadence without a slot for so long is an error


class Weekday(IntEnum):
    """Days of the week, numbered as by `date.weekday()`."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class Period(IntEnum):
    """How often a cadence recurs: every day, every week, or a number of months."""

    DAY = 0
    WEEK = -1
    MONTH = 1
    QUARTER = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Cadence:
    """A recurring local time.

    A monthly or quarterly cadence picks its day in one of three ways:

    - `weekday` with `nth` (1 to 4, or LAST): the first Tuesday;
    - `working` with `nth`: the last working day, Monday to Friday;
    - `day` (1 to 31): a date, or the last day of a shorter month.

    In a quarter the last of these is in its third month, any other in its first.
    """

    period: Period
    at: time
    zone: str
    weekday: Weekday | None = None
    nth: int | None = None
    day: int | None = None
    working: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One date of a series: its local time, and the same as an instant."""

    local: datetime  # naive; identifies the slot within its series
    instant: datetime  # UTC


def slots_after(cadence: Cadence, instant: datetime) -> Iterator[Slot]:
    """Yield the slots that follow an aware instant, in order.

    Raises ScheduleError when the cadence has no slot for five years.
    """
    zone = ZoneInfo(cadence.zone)
    start = instant.astimezone(zone).date() - timedelta(days=2)
    last, limit = instant, start + HORIZON
    for day in _days(cadence, start):
        if day > limit:
            raise ScheduleError("the cadence has no date in the next five years")
        local = datetime.combine(day, cadence.at)
        slot_instant = instant_of(local, zone)
        if slot_instant > last:
            last, limit = slot_instant, day + HORIZON
            yield Slot(local=local, instant=slot_instant)


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of a naive local time in a zone.

    A repeated time gives the first instant; a skipped time gives the moment at which
    the clocks change, found by bisection.
    """
    early = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == local:
        return early
    late = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before, after = sorted([early, late])
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _days(cadence: Cadence, start: date) -> Iterator[date]:
    """Yield the days of a cadence from `start` on, without end."""
    if cadence.period in {Period.DAY, Period.WEEK}:
        day = start
        while True:
            if cadence.period is Period.DAY or day.weekday() == cadence.weekday:
                yield day
            day += timedelta(days=1)
    month = start.replace(day=1)
    is_last = cadence.nth == LAST or cadence.day == LAST_DAY
    in_quarter = cadence.period - 1 if is_last else 0
    while True:
        if (month.month - 1) % cadence.period == in_quarter:
            day = _day_in(cadence, month)
            if day >= start:
                yield day
        month = (month + timedelta(days=31)).replace(day=1)


def _day_in(cadence: Cadence, month: date) -> date:
    """Return the day that a cadence picks in the month of a date."""
    length = calendar.monthrange(month.year, month.month)[1]
    if cadence.day is not None:
        return month.replace(day=min(cadence.day, length))
    matching = [
        day
        for day in (month.replace(day=number) for number in range(1, length + 1))
        if (cadence.working and day.weekday() <= Weekday.FRIDAY)
        or (not cadence.working and day.weekday() == cadence.weekday)
    ]
    nth = cadence.nth or 1
    return matching[LAST if nth == LAST else nth - 1]
