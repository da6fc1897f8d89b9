"""Says a cadence in a language in which none is written: it is only read by people.

What a language has no words for is not said: offsets, and rules of RFC 5545.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scheduler.cadences import EVERY_DAY, LAST, Cadence, Days, Recurrence, Shift
from scheduler.saying import parts

Numbers = Sequence[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The words of a language for what recurs.

    Functions of weekdays get their numbers from 0, those of months from 1.
    """

    every_day: str
    every_working_day: str
    each_month: str  # the first Tuesday *of each month*
    each_quarter: str
    quarter_begins: str  # the 15th *of the first month of each quarter*
    shorter: str  # where a month has no such date
    shifts: dict[Shift, str]
    starts: str
    ends: str
    at: str
    weekly: Callable[[Numbers, int], str]  # on weekdays, every so many weeks
    nth: Callable[[Numbers, Numbers], str]  # weekdays; none: working days
    dates: Callable[[Numbers], str]  # days of a month
    of_months: Callable[[Numbers], str]
    of_run: Callable[[int, int], str]  # from a month to another
    within: Callable[[str], str]  # months, where days recur each week
    picked: str = "{day} {of}"


def tell(cadence: Cadence, words: Words) -> str:
    """Return a cadence in words; empty where the language has none for it."""
    days = cadence.days
    if days.recurrence is None or days.offsets or days.recurrence.rule:
        return ""
    said = _recurrence(days.recurrence, words)
    return f"{said}{_at(cadence, words)}{_limits(days, words)}"


def _at(cadence: Cadence, words: Words) -> str:
    return words.at.format(time=f"{cadence.at:%H:%M}", zone=cadence.zone)


def _limits(value: Days, words: Words) -> str:
    said = words.shifts[value.shift] if value.shift else ""
    said += words.starts.format(value.starts) if value.starts else ""
    return said + (words.ends.format(value.ends) if value.ends else "")


def _recurrence(value: Recurrence, words: Words) -> str:
    if value.dates or value.nths:
        day = (
            words.nth(() if value.working else value.weekdays, value.nths)
            if value.nths
            else words.dates(value.dates)
        )
        shorter = words.shorter if parts.may_be_shorter(value) else ""
        return words.picked.format(day=day, of=_of(value, words)) + shorter
    if value.working:
        said = words.every_working_day
    elif value.weekdays == EVERY_DAY:
        said = words.every_day
    else:
        said = words.weekly(value.weekdays, value.weeks)
    months = _months(value, words) if value.months else ""
    return words.within(months).format(days=said) if months else said


def _of(value: Recurrence, words: Words) -> str:
    if not value.months:
        return words.each_month
    if parts.is_quarterly(value):
        # an ordinal picks one day in a quarter; a date is in a month
        one = value.nths or LAST in value.dates
        return words.each_quarter if one else words.quarter_begins
    return _months(value, words)


def _months(value: Recurrence, words: Words) -> str:
    return parts.months_or_run(value.months, run=words.of_run, each=words.of_months)
