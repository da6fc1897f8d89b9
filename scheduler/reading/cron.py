"""Reads the five fields of cron: 0 10 1 * *. A letter goes once a day at most."""

import re
from collections.abc import Mapping
from datetime import time

from scheduler.cadences import EVERY_DAY, LAST, SHORTEST_MONTH, Recurrence, Weekday
from scheduler.errors import ScheduleError
from scheduler.reading.recurrence_rules import Taken
from scheduler.reading.refusals import too_often

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DAYS = "sun|mon|tue|wed|thu|fri|sat"
_FIELD = rf"(?:[\d*?LW/,#-]|{_MONTHS}|{_DAYS})+"
_CRON = re.compile(
    rf"(?:cron:?\s+)?(?P<fields>[\d*/,-]+\s+[\d*/,-]+(?:\s+{_FIELD}){{3}})(?=\s|$)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"(?:cron:?\s+)?(@[a-z]+)(?=\s|$)", re.IGNORECASE)
_NAMES = {
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_PART = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d{1,2}))?", re.ASCII)
_NTH = re.compile(r"(\w{1,3})(?:#([1-5])|L)", re.ASCII | re.IGNORECASE)
_MAX_NTH = 4
_YEAR = 12  # months


def take(text: str) -> Taken | None:
    """Return the cadence of a text that begins with fields of cron; None: it has none.

    Raises ScheduleError if a field is not valid, or if it falls several times a day.
    """
    if named := _NAMED.match(text):
        fields = _NAMES.get(named[1].lower())
        if fields is None:
            raise ScheduleError(
                f"{named[1]} is not a cadence; write for example @monthly or 0 10 1 * *"
            )
        return _of(fields.split(), text[named.end() :], text)
    match = _CRON.match(text)
    if match is None:
        return None
    return _of(match["fields"].split(), text[match.end() :], text)


def _of(fields: list[str], rest: str, text: str) -> Taken:
    minute, hour, date, month, weekday = fields
    minutes = _values("minute", minute, range(60), {})
    hours = _values("hour", hour, range(24), {})
    if len(minutes) * len(hours) > 1:
        raise too_often(text)
    months = _values("month", month, range(1, 13), _named(_MONTHS, 1))
    within = tuple(months) if len(months) < _YEAR else ()
    at = time(hours[0], minutes[0])
    by_date, by_day = date not in {"*", "?"}, weekday not in {"*", "?"}
    if by_date and by_day:
        raise ScheduleError(
            f"{text!r} names a day of the month and a day of the week; cron takes"
            " either of them, so make two series, or write the day in words"
        )
    if by_date:
        return Taken(rest, _by_date(date, within), at)
    if by_day:
        return Taken(rest, _by_day(weekday, within), at)
    return Taken(rest, Recurrence(weekdays=EVERY_DAY, months=within), at)


def _by_date(field: str, months: tuple[int, ...]) -> Recurrence:
    if field.upper() == "L":
        return Recurrence(dates=(LAST,), months=months)
    dates = tuple(_values("day of the month", field, range(1, 32), {}))
    if max(dates) <= SHORTEST_MONTH:
        return Recurrence(dates=dates, months=months)
    # cron leaves a month out that has no such day, as RFC 5545 does
    within = f";BYMONTH={','.join(map(str, months))}" if months else ""
    return Recurrence(
        rule=f"FREQ=MONTHLY;BYMONTHDAY={','.join(map(str, dates))}{within}"
    )


def _by_day(field: str, months: tuple[int, ...]) -> Recurrence:
    names = _named(_DAYS, 0)
    if nth := _NTH.fullmatch(field):
        number = int(nth[2]) if nth[2] else LAST
        days = _values("day of the week", nth[1], range(8), names)
        if number > _MAX_NTH or len(days) > 1:
            raise ScheduleError(f"{field!r}: no month has always five of a weekday")
        return Recurrence(weekdays=_weekdays(days), nths=(number,), months=months)
    days = _values("day of the week", field, range(8), names)
    return Recurrence(weekdays=_weekdays(days), months=months)


def _weekdays(numbers: list[int]) -> tuple[Weekday, ...]:
    """Return weekdays of cron, where Sunday is 0 and 7."""
    return tuple(sorted({Weekday((number - 1) % 7) for number in numbers}))


def _named(names: str, first: int) -> dict[str, int]:
    return {name: number for number, name in enumerate(names.split("|"), start=first)}


def _values(what: str, field: str, valid: range, names: Mapping[str, int]) -> list[int]:
    """Return the numbers of a field: *, 1-5, */2, MON,FRI."""
    found: set[int] = set()
    for part in field.lower().split(","):
        match = _PART.fullmatch(part)
        numbers = _range(match, valid, names) if match else range(0)
        if not numbers or numbers[0] not in valid or numbers[-1] not in valid:
            raise ScheduleError(
                f"{part[:60]!r} cannot be the {what} of cron; expected {valid[0]} to"
                f" {valid[-1]}, such as in 0 10 1 * *"
            )
        found.update(numbers)
    return sorted(found)


def _range(match: re.Match[str], valid: range, names: Mapping[str, int]) -> range:
    step = int(match[3] or 1)
    if step == 0:
        return range(0)
    if match[1] == "*":
        return range(0) if match[2] else valid[::step]
    try:
        first = names.get(match[1]) if match[1] in names else int(match[1])
        last = names.get(match[2]) if match[2] in names else int(match[2] or -1)
    except ValueError:
        return range(0)
    if first is None or last is None:
        return range(0)
    if not match[2]:
        last = valid[-1] if match[3] else first
    return range(first, last + 1, step)
