"""The working days of an office: its weekend, national holidays and closed days.

National holidays come from the library holidays, by the code of a country or of a part
of it: FR, FR-57. Some, such as Eid, are estimated until they are announced.
"""

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from scheduler.errors import ScheduleError

WEEKEND = frozenset({5, 6})  # Saturday and Sunday, as by date.weekday()
MANY_CLOSED = 300  # days without a working day: an error of the settings
_SHOWN = 60  # characters of a wrong text in an error
_CALENDAR = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,5}))?")
_CLOSURE = re.compile(
    r"(?:(\d{4})|-)-(\d\d)-(\d\d)(?:/(?:(\d{4})|-)-(\d\d)-(\d\d))?", re.ASCII
)
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Days on which an office is closed, once or each year; both ends are included.

    A closure of each year may go over New Year: from --12-24 to --01-02.
    """

    first: tuple[int, int, int]  # year (0: each), month, day
    last: tuple[int, int, int]

    def contains(self, day: date) -> bool:
        """Return whether the office is closed on a day because of this closure."""
        if self.first[0]:
            return self.first <= (day.year, day.month, day.day) <= self.last
        here, first, last = (day.month, day.day), self.first[1:], self.last[1:]
        if first <= last:
            return first <= here <= last
        return here >= first or here <= last


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """When an office works. Without any setting: Monday to Friday."""

    weekend: frozenset[int] = WEEKEND
    calendar: str = ""  # of national holidays: FR; "" is none
    closures: tuple[Closure, ...] = ()

    def is_open(self, day: date) -> bool:
        """Return whether the office works on a day."""
        return not self.why_closed(day)

    def why_closed(self, day: date) -> str:
        """Return weekend, the name of a holiday, or closed; "" if the office works."""
        if day.weekday() in self.weekend:
            return "weekend"
        if self.calendar and (holiday := _holidays(self.calendar, day.year).get(day)):
            return holiday
        return "closed" if any(each.contains(day) for each in self.closures) else ""

    def working_day(self, day: date, count: int) -> date:
        """Return the count-th working day after a day; negative: before it.

        Raises ScheduleError if the office is closed for most of a year.
        """
        step = timedelta(days=1 if count > 0 else -1)
        left, closed = abs(count), 0
        while left:
            try:
                day += step
            except OverflowError:
                raise ScheduleError("no working day is left in the calendar") from None
            if self.is_open(day):
                left, closed = left - 1, 0
            elif (closed := closed + 1) > MANY_CLOSED:
                raise ScheduleError(
                    f"the office has no working day in the {MANY_CLOSED} days before"
                    f" {day}; look at its closed days"
                )
        return day


ALWAYS_SAME = Office()


def calendars() -> Mapping[str, Sequence[str]]:
    """Return the countries with a calendar of holidays, each with its parts."""
    known: dict[str, list[str]] = _library().list_supported_countries(
        include_aliases=False
    )
    return known


def _library() -> Any:
    """Return the library, which most commands do not need and which loads slowly."""
    return importlib.import_module("holidays")


def calendar(text: str) -> str:
    """Return the code of a calendar of holidays; raise ScheduleError if none has it."""
    match = _CALENDAR.fullmatch(text)
    known = calendars()
    if match is None or match[1] not in known:
        raise ScheduleError(
            f"{text[:_SHOWN]!r} has no calendar of holidays; expected the code of a"
            " country, such as FR, or of a part of one, such as FR-57"
        )
    if match[2] and match[2] not in known[match[1]]:
        parts = ", ".join(known[match[1]]) or "none"
        raise ScheduleError(
            f"{text!r} has no calendar of holidays; the parts of {match[1]} are:"
            f" {parts}"
        )
    return text


@lru_cache(maxsize=4096)
def _holidays(code: str, year: int) -> dict[date, str]:
    country, _, part = code.partition("-")
    found = _library().country_holidays(country, subdiv=part or None, years=year)
    return dict(found)


def closure(text: str) -> Closure:
    """Read closed days: 2027-05-14, 2027-12-24/2028-01-02, or --12-24/--01-02 yearly.

    Raises ScheduleError if the text is none of these.
    """
    match = _CLOSURE.fullmatch(text)
    if match is None:
        raise _no_closure(text)
    first = (int(match[1] or 0), int(match[2]), int(match[3]))
    last = (int(match[4] or 0), int(match[5]), int(match[6])) if match[5] else first
    for year, month, day in (first, last):
        try:
            date(year or _LEAP_YEAR, month, day)
        except ValueError:
            raise _no_closure(text) from None
    if bool(first[0]) != bool(last[0]):
        raise ScheduleError(
            f"{text[:_SHOWN]!r}: give both days a year, or neither for each year"
        )
    if first[0] and last < first:
        raise ScheduleError(f"{text[:_SHOWN]!r} ends before it begins")
    return Closure(first=first, last=last)


def _no_closure(text: str) -> ScheduleError:
    return ScheduleError(
        f"{text[:_SHOWN]!r} is not a closed day; expected 2027-05-14,"
        " 2027-12-24/2028-01-02, or each year --12-24/--01-02"
    )
