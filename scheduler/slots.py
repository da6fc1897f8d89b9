"""The slots of a cadence: its dates, moved where the office is closed, as instants.

Pure functions: the caller gives the time. A local time that daylight saving skips
becomes the next valid instant. Of a local time that it repeats the first is used.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from functools import lru_cache

from scheduler import zones
from scheduler.cadences import Cadence, Days, Offset, Shift, Slot, Unit
from scheduler.days import recurring
from scheduler.errors import ScheduleError
from scheduler.instants import instant_of
from scheduler.office import ALWAYS_SAME, Office

HORIZON = 12  # years; 29 February may be absent for eight
_LIMITS = {Unit.DAY: 730, Unit.WEEK: 104, Unit.MONTH: 24, Unit.WORKING_DAY: 500}
_FIRST_YEAR, _LAST_YEAR = 1970, 2199  # of an event
_CYCLE_BEGIN, _CYCLE = 2028, 28  # years
_REACH = 3  # years before and after one in which an offset may have begun


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """A day of a cadence, and the day it has been moved from, if it was."""

    day: date
    planned: date


def slots_after(
    cadence: Cadence,
    instant: datetime,
    *,
    office: Office = ALWAYS_SAME,
    event: date | None = None,
) -> Iterator[Slot]:
    """Yield the slots that follow an aware instant, in order.

    Raises ScheduleError when the cadence has no slot for twelve years, or counts from
    an event and `event` is not given. A cadence that ends stops without an error once
    it has had a slot.
    """
    _require_event(cadence.days, event)
    zone = zones.named(cadence.zone)
    start = instant.astimezone(zone).date() - timedelta(days=2)
    last, found = instant, False
    barren = 0
    for year in range(start.year, MAXYEAR - _REACH):
        before = last
        for dated in in_year(cadence.days, year, office, event):
            slot = slot_on(cadence, dated.day)
            if slot.instant > last:
                last, found = slot.instant, True
                yield slot
        barren = 0 if last > before else barren + 1
        if barren > HORIZON or _is_over(cadence.days, year, event):
            break
    if not found:
        raise ScheduleError(_no_date(cadence.days, instant.astimezone(zone)))


def slots_in(
    cadence: Cadence,
    year: int,
    *,
    office: Office = ALWAYS_SAME,
    event: date | None = None,
) -> list[tuple[Slot, Dated]]:
    """Return the slots of a local year, each with the day it was planned for."""
    return [
        (slot_on(cadence, dated.day), dated)
        for dated in in_year(cadence.days, year, office, event)
    ]


def from_event(
    cadence: Cadence, first: date, last: date, *, office: Office = ALWAYS_SAME
) -> list[Slot | None]:
    """Return the slot at each distance of a cadence from an event, in their order.

    A distance before the event counts from its first day, one after it from its last.
    None where the office is closed, or where the cadence has not begun or has ended.
    """
    days = cadence.days
    found: list[Slot | None] = []
    for offset in days.offsets or (Offset(count=0),):
        planned = moved(last if offset.count > 0 else first, offset, office)
        day = _shifted(planned, days.shift, office)
        outside = day is not None and (
            (days.starts is not None and day < days.starts)
            or (days.ends is not None and day > days.ends)
        )
        found.append(None if day is None or outside else slot_on(cadence, day))
    return found


def _require_event(days: Days, event: date | None) -> None:
    """Raise ScheduleError if days count from an event that is not given, or is far."""
    if not days.event:
        return
    if event is None:
        raise ScheduleError(
            f"the cadence counts from the {days.event}; give the day of the"
            f" {days.event}, such as 2027-05-04"
        )
    if not _FIRST_YEAR <= event.year <= _LAST_YEAR:
        raise ScheduleError(
            f"the {days.event} is on {event}; expected a day from {_FIRST_YEAR} to"
            f" {_LAST_YEAR}"
        )


def slot_on(cadence: Cadence, day: date) -> Slot:
    """Return the slot of a cadence on a day."""
    local = datetime.combine(day, cadence.at)
    return Slot(local=local, instant=instant_of(local, zones.named(cadence.zone)))


def _is_over(days: Days, year: int, event: date | None) -> bool:
    if days.ends is not None and year > days.ends.year + _REACH:
        return True
    return event is not None and bool(days.event) and year > event.year + _REACH


def _no_date(days: Days, after: datetime) -> str:
    if days.starts is not None and days.ends is not None and days.starts > after.date():
        return f"the cadence has no date from {days.starts} until {days.ends}"
    if days.event or days.ends is not None:
        return f"the cadence has no date after {after:%Y-%m-%d %H:%M}; all have passed"
    return f"the cadence has no date in the {HORIZON} years after {after:%Y-%m-%d}"


@lru_cache(maxsize=8192)
def in_year(
    days: Days, year: int, office: Office, event: date | None = None
) -> tuple[Dated, ...]:
    """Return the days of a cadence in a year, in order, each once.

    Raises ScheduleError if the days count from an event and none is given.
    """
    _require_event(days, event)
    if not MINYEAR + _REACH <= year <= MAXYEAR - _REACH:
        return ()
    found: dict[date, Dated] = {}
    for planned in sorted(_planned(days, year, office, event)):
        day = _shifted(planned, days.shift, office)
        if day is None or day.year != year or day in found:
            continue
        if (days.starts and day < days.starts) or (days.ends and day > days.ends):
            continue
        found[day] = Dated(day=day, planned=planned)
    return tuple(found[day] for day in sorted(found))


def _planned(
    days: Days, year: int, office: Office, event: date | None
) -> Iterator[date]:
    """Yield the days that may end up in a year, before they are moved."""
    if days.event and event is not None:
        bases: list[date] = [event]
    elif days.recurrence is not None:
        reach = _REACH if days.offsets else int(days.shift is not None)
        bases = [
            day
            for each in range(year - reach, year + reach + 1)
            for day in recurring.days_of(days.recurrence, each, office, days.starts)
        ]
    else:
        bases = []
    for base in bases:
        if not days.offsets:
            yield base
        for offset in days.offsets:
            yield moved(base, offset, office)


def moved(day: date, offset: Offset, office: Office) -> date:
    """Return the day at an offset from a day."""
    sign = 1 if offset.count > 0 else -1
    if offset.weekday is not None:
        ahead = (offset.weekday - day.weekday()) * sign % 7 or 7
        return day + timedelta(days=sign * ahead, weeks=offset.count - sign)
    match offset.unit:
        case Unit.WORKING_DAY:
            return office.working_day(day, offset.count)
        case Unit.MONTH:
            month = day.month - 1 + offset.count
            year, month = day.year + month // 12, month % 12 + 1
            length = calendar.monthrange(year, month)[1]
            return date(year, month, min(day.day, length))
        case Unit.WEEK:
            return day + timedelta(weeks=offset.count)
        case Unit.DAY:
            return day + timedelta(days=offset.count)


def is_too_far(offset: Offset) -> bool:
    """Return whether an offset reaches further than about two years."""
    return abs(offset.count) > _LIMITS[offset.unit]


def _shifted(day: date, shift: Shift | None, office: Office) -> date | None:
    """Return the day to which a shift moves a closed day; None: it is left out."""
    if shift is None or office.is_open(day):
        return day
    if shift is Shift.SKIP:
        return None
    return office.working_day(day, 1 if shift is Shift.BACK else -1)


def never_falls(days: Days) -> bool:
    """Return whether a recurrence has no day in the 28 years of the calendar's cycle.

    A closed office is not looked at: its days change.
    """
    if days.recurrence is None:
        return False
    first = max(_CYCLE_BEGIN, days.starts.year if days.starts else 0)
    return not any(
        recurring.days_of(days.recurrence, year, ALWAYS_SAME, days.starts)
        for year in range(first, first + _CYCLE)
    )
