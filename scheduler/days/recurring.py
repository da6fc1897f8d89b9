"""The days of a recurrence in a year. Pure functions, kept for repeated questions."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from scheduler.cadences import Recurrence
from scheduler.days import rules
from scheduler.office import Office

EVERY_MONTH = tuple(range(1, 13))


@lru_cache(maxsize=8192)
def days_of(
    recurrence: Recurrence, year: int, office: Office, starts: date | None
) -> tuple[date, ...]:
    """Return the days of a recurrence in a year, in order.

    `starts` is the day from which intervals are counted. Raises ScheduleError if a rule
    has several dates on one day.
    """
    if recurrence.rule:
        return rules.days_of(recurrence.rule, year, starts)
    months = recurrence.months or EVERY_MONTH
    if recurrence.dates or recurrence.nths:
        found = {
            day
            for month in months
            for day in _in_month(recurrence, year, month, office)
        }
        return tuple(sorted(found))
    return tuple(
        day
        for day in _each_day(year)
        if day.month in months and _recurs(recurrence, day, office, starts)
    )


def _each_day(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    length = 366 if calendar.isleap(year) else 365
    return (first + timedelta(days=number) for number in range(length))


def _recurs(
    recurrence: Recurrence, day: date, office: Office, starts: date | None
) -> bool:
    """Return whether a recurrence by weeks, or by working days, has a day."""
    if recurrence.working:
        return office.is_open(day)
    if day.weekday() not in recurrence.weekdays:
        return False
    if recurrence.weeks == 1:
        return True
    origin = starts or rules.EPOCH
    monday = origin - timedelta(days=origin.weekday())
    return (day - monday).days // 7 % recurrence.weeks == 0


def _in_month(
    recurrence: Recurrence, year: int, month: int, office: Office
) -> Iterator[date]:
    """Yield the days that dates or ordinals pick in a month."""
    length = calendar.monthrange(year, month)[1]
    for number in recurrence.dates:
        yield date(year, month, length if number < 0 else min(number, length))
    if not recurrence.nths:
        return
    every = [date(year, month, number) for number in range(1, length + 1)]
    if recurrence.working:
        groups = [[day for day in every if office.is_open(day)]]
    else:
        groups = [
            [day for day in every if day.weekday() == weekday]
            for weekday in recurrence.weekdays
        ]
    for nth in recurrence.nths:
        place = nth - 1 if nth > 0 else nth
        yield from (days[place] for days in groups if -len(days) <= place < len(days))
