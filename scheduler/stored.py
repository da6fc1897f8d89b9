"""A cadence as it is stored: a rule of RFC 5545 where one says it, and our anchors.

{"rrule": "FREQ=MONTHLY;BYDAY=1TU", "at": "10:00", "zone": "Europe/Paris"}

Words change their meaning with a version of the program; what is stored does not.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from scheduler import zones
from scheduler.cadences import (
    Cadence,
    Days,
    Offset,
    Recurrence,
    Shift,
    Unit,
    Weekday,
)
from scheduler.errors import ScheduleError
from scheduler.reading import recurrence_rules

Document = dict[str, Any]


def dump(cadence: Cadence) -> Document:
    """Return a cadence as a document of JSON; what is not set is left out."""
    days = cadence.days
    document: Document = {"at": f"{cadence.at:%H:%M}", "zone": cadence.zone}
    if days.recurrence is not None:
        document |= _recurrence(days.recurrence)
    optional = {
        "event": days.event,
        "offsets": [_offset(each) for each in days.offsets],
        "shift": days.shift and days.shift.value,
        "starts": days.starts and days.starts.isoformat(),
        "ends": days.ends and days.ends.isoformat(),
    }
    return document | {name: value for name, value in optional.items() if value}


def load(document: Mapping[str, Any]) -> Cadence:
    """Return the cadence of a document; raise ScheduleError if it is none."""
    try:
        shift = document.get("shift")
        starts, ends = document.get("starts"), document.get("ends")
        return Cadence(
            days=Days(
                recurrence=_loaded(document),
                event=document.get("event", ""),
                offsets=tuple(_loaded_offset(e) for e in document.get("offsets", ())),
                shift=Shift(shift) if shift else None,
                starts=date.fromisoformat(starts) if starts else None,
                ends=date.fromisoformat(ends) if ends else None,
            ),
            at=time.fromisoformat(document["at"]),
            zone=zones.named(document["zone"]).key,
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise ScheduleError(
            f"the stored cadence cannot be read: {type(fault).__name__}: {fault};"
            " add the series again in words"
        ) from None


def _recurrence(recurrence: Recurrence) -> Document:
    """Return a recurrence as a rule that gives it again, or else by its parts."""
    try:
        rule = recurrence_rules.written(recurrence)
    except ScheduleError:
        rule = None
    if rule is not None and recurrence_rules.read(rule) == recurrence:
        return {"rrule": rule}
    parts: Document = {
        "weekdays": [int(each) for each in recurrence.weekdays],
        "nths": [*recurrence.nths],
        "working": recurrence.working,
        "dates": [*recurrence.dates],
        "months": [*recurrence.months],
    }
    return {name: value for name, value in parts.items() if value}


def _loaded(document: Mapping[str, Any]) -> Recurrence | None:
    if "rrule" in document:
        return recurrence_rules.read(document["rrule"])
    found = Recurrence(
        weekdays=tuple(Weekday(each) for each in document.get("weekdays", ())),
        nths=tuple(document.get("nths", ())),
        working=document.get("working", False),
        dates=tuple(document.get("dates", ())),
        months=tuple(document.get("months", ())),
    )
    return found if found != Recurrence() else None


def _offset(offset: Offset) -> Document:
    if offset.weekday is not None:
        return {"count": offset.count, "weekday": int(offset.weekday)}
    return {"count": offset.count, "unit": offset.unit.value}


def _loaded_offset(document: Mapping[str, Any]) -> Offset:
    if "weekday" in document:
        return Offset(count=document["count"], weekday=Weekday(document["weekday"]))
    return Offset(count=document["count"], unit=Unit(document["unit"]))
