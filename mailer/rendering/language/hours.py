"""The hour of an item, in the campaign's own zone and in the reader's.

The zone is named by its city in the letter's language; the reader's hour stands beside
it where it differs, with its day where that differs too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from mailer.rendering.language.catalogues import Catalogue


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The campaign's zone, and the reader's offsets by instant: +0900."""

    zone: str = "UTC"
    offsets: Mapping[str, str] = field(default_factory=dict)


def said(day: date, hour: time, catalogue: Catalogue, clock: Clock) -> str:
    """Say an hour: 15:00 (Paris time) · 22:00 your time."""
    moment = datetime.combine(day, hour, ZoneInfo(clock.zone))
    there = catalogue.text(
        "%(time)s (%(city)s time)",
        time=catalogue.time(hour),
        city=catalogue.city(clock.zone),
    )
    here = own(moment, None, catalogue, clock)
    return f"{there} · {here}" if here else there


def own(start: datetime, end: time | None, catalogue: Catalogue, clock: Clock) -> str:
    """Say the reader's own hour of an instant: 22:00 your time; nothing where equal."""
    offset = clock.offsets.get(f"{start.astimezone(UTC):%Y-%m-%dT%H:%M}")
    if offset is None or offset == f"{start:%z}":
        return ""
    zone = timezone(_span(offset))
    here = start.astimezone(zone)
    hour = catalogue.time(here.time())
    if end is not None:
        until = datetime.combine(start.date(), end, start.tzinfo).astimezone(zone)
        hour = f"{hour} – {catalogue.time(until.time())}"
    if here.date() == start.date():
        return catalogue.text("%(time)s your time", time=hour)
    return catalogue.text(
        "%(day)s, %(time)s your time", day=catalogue.day(here.date()), time=hour
    )


def _span(offset: str) -> timedelta:
    sign = -1 if offset.startswith("-") else 1
    return sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
