"""A cadence as a value, and the instants it means.

Pure: `slots_after` asks no clock. A local time that daylight saving skips means the
next valid instant; one that it repeats means the first of the two, once.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from scheduler.errors import ScheduleError

LAST = -1
HORIZON = timedelta(days=366 * 5)  # a cadence that is silent for so long is a mistake


class Weekday(IntEnum):
    """Days as `date.weekday()` counts them."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class Period(IntEnum):
    """How often, in months; a day and a week are their own."""

    DAY = 0
    WEEK = -1
    MONTH = 1
    QUARTER = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Cadence:
    """A recurring local time.

    `weekday` with `nth` (1 to 4, or LAST) picks a day of the month; `nth` with
    `working` picks a working day, Monday to Friday; `day` picks a date, and the
    month's last day where the month is shorter.
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
    """One occurrence: the local time as written, and the instant it means."""

    local: datetime  # naive, the identity of an occurrence within its series
    instant: datetime  # UTC


def slots_after(cadence: Cadence, instant: datetime) -> Iterator[Slot]:
    """Yield the coming slots, strictly after an aware instant."""
    zone = ZoneInfo(cadence.zone)
    start = instant.astimezone(zone).date() - timedelta(days=2)
    last, quiet_until = instant, start + HORIZON
    for day in _days(cadence, start):
        if day > quiet_until:
            raise ScheduleError("this cadence names no day in five years")
        local = datetime.combine(day, cadence.at)
        meant = resolve(local, zone)
        if meant > last:
            last, quiet_until = meant, day + HORIZON
            yield Slot(local=local, instant=meant)


def resolve(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, that a naive local time means in a zone."""
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
    if cadence.period in {Period.DAY, Period.WEEK}:
        day = start
        while True:
            if cadence.period is Period.DAY or day.weekday() == cadence.weekday:
                yield day
            day += timedelta(days=1)
    month = start.replace(day=1)
    while True:
        if (month.month - 1) % cadence.period == 0:
            day = _day_of(cadence, month)
            if day >= start:
                yield day
        month = (month + timedelta(days=31)).replace(day=1)


def _day_of(cadence: Cadence, month: date) -> date:
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
