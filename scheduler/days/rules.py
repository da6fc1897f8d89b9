"""The days of a rule of RFC 5545 in a year, found by dateutil in bounded time.

dateutil searches for the next date of a rule until the year 9999, which takes long for
a rule that has none. So a year is replaced by one shortly before 9999 that has the same
days of the week; intervals and counts are applied to what is found.
"""

import calendar
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

from dateutil import rrule

from scheduler.errors import ScheduleError

EPOCH = date(2001, 1, 1)  # a Monday: intervals are counted from it
MANY = 367  # dates in a year: a rule with more has several on a day
_STAND_INS = range(9970, 9999)
_WEEK = 7  # days


def days_of(rule: str, year: int, starts: date | None) -> tuple[date, ...]:
    """Return the days of a rule in a year, in order.

    `starts` is the day from which intervals and counts begin. Raises ScheduleError if
    the rule has several dates on one day.
    """
    parts = dict(each.split("=") for each in rule.split(";"))
    interval, count = int(parts.pop("INTERVAL", "1")), parts.pop("COUNT", None)
    plain = ";".join(f"{name}={value}" for name, value in parts.items())
    origin = starts or EPOCH
    found: Iterator[date] = iter(_plain_days(plain, year))
    if interval > 1:
        period = _periods(parts, origin)
        found = (day for day in found if period(day) % interval == 0)
    if starts is not None:
        found = (day for day in found if day >= starts)
    if count is None:
        return tuple(found)
    if year < origin.year:
        return ()
    without = rule.replace(f"COUNT={count}", "").strip(";").replace(";;", ";")
    before = sum(
        len(days_of(without, each, origin)) for each in range(origin.year, year)
    )
    return tuple(islice(found, max(int(count) - before, 0)))


def pinned(rule: str, starts: date) -> str:
    """Return a rule that names its days, if it took them from its beginning."""
    parts = dict(each.split("=") for each in rule.split(";"))
    match parts["FREQ"]:
        case "WEEKLY":
            return f"{rule};BYDAY={calendar.day_abbr[starts.weekday()][:2].upper()}"
        case "MONTHLY":
            return f"{rule};BYMONTHDAY={starts.day}"
        case "YEARLY":
            month = "" if "BYMONTH" in parts else f";BYMONTH={starts.month}"
            return f"{rule}{month};BYMONTHDAY={starts.day}"
    return rule


def _periods(parts: dict[str, str], origin: date) -> Callable[[date], int]:
    """Return what counts the periods of a rule from a day."""
    names = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    first = names.index(parts.get("WKST", "MO"))
    begin = origin - timedelta(days=(origin.weekday() - first) % _WEEK)
    by_frequency: dict[str, Callable[[date], int]] = {
        "DAILY": lambda day: (day - origin).days,
        "WEEKLY": lambda day: (day - begin).days // _WEEK,
        "MONTHLY": lambda day: (day.year - origin.year) * 12 + day.month - origin.month,
        "YEARLY": lambda day: day.year - origin.year,
    }
    return by_frequency[parts["FREQ"]]


@lru_cache(maxsize=4096)
def _plain_days(rule: str, year: int) -> tuple[date, ...]:
    """Return the days of a rule without interval and count in a year."""
    stand_in = _stand_in(year)
    begin = datetime(stand_in - 1, 1, 1)  # noqa: DTZ001 (a local day)
    first, last = begin.replace(year=stand_in), datetime(stand_in, 12, 31)  # noqa: DTZ001
    parsed = rrule.rrulestr(rule, dtstart=begin).replace(until=last)
    found = [each.date() for each in islice(parsed.xafter(first, inc=True), MANY)]
    if len(set(found)) != len(found):
        raise ScheduleError(f"{rule} has several dates on one day")
    return tuple(each.replace(year=year) for each in found)


@lru_cache(maxsize=512)
def _stand_in(year: int) -> int:
    """Return a late year with the same days of the week, after an equal leap year."""
    shape = _shape(year)
    return next(each for each in _STAND_INS if _shape(each) == shape)


def _shape(year: int) -> tuple[int, bool, bool]:
    weekday = date(year, 1, 1).weekday()
    return weekday, calendar.isleap(year), calendar.isleap(year - 1)
