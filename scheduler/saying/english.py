"""Says the days of a cadence in English."""

import calendar
from datetime import time

from scheduler.cadences import (
    EVERY_DAY,
    LAST,
    Days,
    Offset,
    Recurrence,
    Shift,
    Unit,
    Weekday,
)
from scheduler.saying import parts

_ORDINALS = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    LAST: "last",
    -2: "penultimate",
}
_SHIFTS = {
    Shift.SKIP: ", unless the office is closed",
    Shift.BACK: ", or the next working day",
    Shift.FORWARD: ", or the working day before",
}
SEPARATOR = "; "
_UNITS = {
    Unit.DAY: "day",
    Unit.WORKING_DAY: "working day",
    Unit.WEEK: "week",
    Unit.MONTH: "month",
}


def days(value: Days) -> str:
    """Return days in words."""
    return base(value) + limits(value)


def base(value: Days) -> str:
    """Return the days of a cadence in words, before they are limited or moved."""
    said = f"the {value.event}" if value.event else ""
    if value.recurrence is not None:
        said = _recurrence(value.recurrence)
    if value.offsets:
        said = f"{_listed([_offset(each) for each in value.offsets])} {said}"
    elif value.event:
        said = f"the day of {said}"
    return said


def limits(value: Days) -> str:
    """Return in words how days are moved, and from and until when they hold."""
    said = ""
    if value.shift is not None:
        said += _SHIFTS[value.shift]
    if value.starts is not None:
        said += f", from {value.starts}"
    if value.ends is not None:
        said += f", until {value.ends}"
    return said


def at(value: time, zone: str) -> str:
    """Return a time of day and its zone in words."""
    return f" at {value:%H:%M}, {zone}"


def assumed_time(value: time) -> str:
    """Return the remark that no time of day was given."""
    return f"no hour was given, so it is {value:%H:%M}"


def assumed_day() -> str:
    """Return the remark that no day was given."""
    return "no day was given, so it is the first working day"


def _listed(words: list[str]) -> str:
    return parts.listed(words, "and")


def _recurrence(value: Recurrence) -> str:
    if value.rule:
        return f"RRULE:{value.rule}"
    if value.dates or value.nths:
        return f"{_picked(value)} {_of(value)}" + _shorter(value)
    if value.working:
        said = "every working day"
    elif value.weekdays == EVERY_DAY:
        said = "every day"
    elif value.weeks == 1:
        said = f"every {_weekdays(value.weekdays)}"
    elif value.weeks == 2:  # noqa: PLR2004 (every other)
        said = f"every other {_weekdays(value.weekdays)}"
    else:
        said = f"every {value.weeks} weeks on {_weekdays(value.weekdays)}"
    return said + (f" {_months('in', value.months)}" if value.months else "")


def _shorter(value: Recurrence) -> str:
    return ", or its last day" if parts.may_be_shorter(value) else ""


def _picked(value: Recurrence) -> str:
    """Return the day that is picked in a month: the first Tuesday, days 1 and 15."""
    if value.nths:
        ordinals = _listed([_ORDINALS.get(each, f"{each}th") for each in value.nths])
        what = "working day" if value.working else _weekdays(value.weekdays)
        return f"the {ordinals} {what}"
    if value.dates == (LAST,):
        return "the last day"
    if LAST in value.dates:
        names = [_date(each) for each in value.dates]
        return f"the {_listed(names)} day"
    numbers = _listed([str(each) for each in value.dates])
    return f"{'days' if len(value.dates) > 1 else 'day'} {numbers}"


def _date(number: int) -> str:
    if number == LAST:
        return "last"
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number in {11, 12, 13} else suffix}"


def _of(value: Recurrence) -> str:
    if not value.months:
        return "of each month"
    if parts.is_quarterly(value):
        # an ordinal picks one day in a quarter; a date is in a month
        first = "" if value.nths or LAST in value.dates else "the first month of "
        return f"of {first}each quarter"
    return _months("of", value.months)


def _months(word: str, months: tuple[int, ...]) -> str:
    name = calendar.month_name
    return parts.months_or_run(
        months,
        run=lambda first, last: f"from {name[first]} to {name[last]}",
        each=lambda every: f"{word} {_listed([name[each] for each in every])}",
    )


def _weekdays(weekdays: tuple[Weekday, ...]) -> str:
    return _listed([each.name.title() for each in weekdays])


def _offset(value: Offset) -> str:
    direction = "before" if value.count < 0 else "after"
    if value.weekday is not None:
        return f"the {value.weekday.name.title()} {direction}"
    count = abs(value.count)
    return f"{count} {_UNITS[value.unit]}{'s' if count > 1 else ''} {direction}"
