"""Writes the rules of a time zone as the VTIMEZONE of an invitation.

Where the clocks change by the same rules each year, these are yearly RRULEs whose
DTSTART is past: ical4j refuses a zone with a DTSTART in the future, and passes over
RDATE. So zones whose changes follow no yearly rule, as in Morocco, have no VTIMEZONE.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import icalendar

_FIRST_YEAR = 1970
_YEARS_BEFORE, _YEARS_AFTER = 1, 10  # of the event, for which the rules must hold
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK = timedelta(days=7)
_EPOCH = datetime(_FIRST_YEAR, 1, 1)  # noqa: DTZ001 (local time)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a change leads to: the offsets before and after it, and its name."""

    before: timedelta
    after: timedelta
    name: str


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of the clocks; `local` is the time that they show before it."""

    local: datetime
    kind: _Kind

    def rules(self) -> set[tuple[int, int, int]]:
        """Return month, weekday and number of it (-1: the last) that it may follow."""
        number = (self.local.day - 1) // 7 + 1
        last = (self.local + _WEEK).month != self.local.month
        day = (self.local.month, self.local.weekday())
        return {(*day, number), (*day, -1)} if last else {(*day, number)}


def component(zone: str, year: int) -> icalendar.Timezone | None:
    """Return the VTIMEZONE of a zone for an event in a year; None without rules."""
    span = range(year - _YEARS_BEFORE, year + _YEARS_AFTER + 1)
    changes = [change for each in span for change in _changes(zone, each)]
    made = icalendar.Timezone()
    made.add("tzid", zone)
    if not changes:
        there = datetime(year, 1, 1, tzinfo=ZoneInfo(zone))
        offset = there.utcoffset() or timedelta()
        made.add_component(
            _observance(_Kind(offset, offset, there.tzname() or zone), _EPOCH)
        )
    for kind in dict.fromkeys(change.kind for change in changes):
        rule = _rule(zone, kind, span)
        if rule is None:
            return None
        month, weekday, number = rule
        observance = _observance(kind, _begin(zone, kind, rule, year))
        day = f"{number}{_WEEKDAYS[weekday]}"
        observance.add("rrule", {"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": day})
        made.add_component(observance)
    return made


def _rule(zone: str, kind: _Kind, span: Sequence[int]) -> tuple[int, int, int] | None:
    """Return the one rule that gives the change of a kind in every year of a span."""
    common: set[tuple[int, int, int]] | None = None
    times = set()
    for year in span:
        changes = [each for each in _changes(zone, year) if each.kind == kind]
        if len(changes) != 1:
            return None
        times.add(changes[0].local.time())
        common = changes[0].rules() & (common or changes[0].rules())
        if not common or len(times) > 1:
            return None
    return min(common or [], default=None)


def _begin(zone: str, kind: _Kind, rule: tuple[int, int, int], year: int) -> datetime:
    """Return the first change since which a rule has held without a break."""
    first = next(each for each in _changes(zone, year) if each.kind == kind)
    hour = first.local.time()
    while first.local.year > _FIRST_YEAR:
        earlier = [
            each
            for each in _changes(zone, first.local.year - 1)
            if each.kind == kind and rule in each.rules() and each.local.time() == hour
        ]
        if len(earlier) != 1:
            break
        first = earlier[0]
    return first.local


def _observance(kind: _Kind, start: datetime) -> icalendar.Component:
    forward = kind.after > kind.before  # also in Dublin, where winter is the exception
    made: icalendar.Component = (
        icalendar.TimezoneDaylight() if forward else icalendar.TimezoneStandard()
    )
    made.add("dtstart", start)
    made.add("tzoffsetfrom", kind.before)
    made.add("tzoffsetto", kind.after)
    made.add("tzname", kind.name)
    return made


@cache
def _changes(zone: str, year: int) -> tuple[_Change, ...]:
    """Return the changes of a zone's offset in a year, in their order."""
    place = ZoneInfo(zone)
    first = datetime(year, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(367)]
    found = []
    for before, after in pairwise(days):
        here, there = before.astimezone(place), after.astimezone(place)
        if here.utcoffset() != there.utcoffset() and before.year == year:
            found.append(_change(before, after, place))
    return tuple(found)


def _change(before: datetime, after: datetime, place: ZoneInfo) -> _Change:
    """Return the change of the clocks between two instants."""
    old = before.astimezone(place).utcoffset() or timedelta()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        same = middle.astimezone(place).utcoffset() == old
        before, after = (middle, after) if same else (before, middle)
    new = after.astimezone(place)
    return _Change(
        local=(after + old).replace(tzinfo=None),
        kind=_Kind(
            before=old,
            after=new.utcoffset() or timedelta(),
            name=new.tzname() or place.key,
        ),
    )
