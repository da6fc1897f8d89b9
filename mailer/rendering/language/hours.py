"""Writes the time of an item in the campaign's zone and in the reader's.

The campaign's zone is named by its city. The reader's time follows if it differs, with
its date if that differs too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from mailer.rendering.language.catalogues import Catalogue


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The campaign's zone, and the reader's UTC offsets (+0900) at the times of items.

    The keys of `offsets` are instants in UTC, such as 2027-05-03T13:00.
    """

    zone: str = "UTC"
    offsets: Mapping[str, str] = field(default_factory=dict)


def in_both_zones(day: date, hour: time, catalogue: Catalogue, clock: Clock) -> str:
    """Return a time in words: 15:00 (Paris time) · 22:00 your time."""
    moment = datetime.combine(day, hour, ZoneInfo(clock.zone))
    there = catalogue.text(
        "%(time)s (%(city)s time)",
        time=catalogue.time(hour),
        city=catalogue.city(clock.zone),
    )
    here = in_readers_zone(moment, None, catalogue, clock)
    return f"{there} · {here}" if here else there


def in_readers_zone(
    start: datetime, end: time | None, catalogue: Catalogue, clock: Clock
) -> str:
    """Return an instant, or a span, in the reader's time: 22:00 your time.

    Returns an empty string where it does not differ from the campaign's.
    """
    offset = clock.offsets.get(f"{start.astimezone(UTC):%Y-%m-%dT%H:%M}")
    if offset is None or offset == f"{start:%z}":
        return ""
    zone = timezone(_timedelta(offset))
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


def _timedelta(offset: str) -> timedelta:
    sign = -1 if offset.startswith("-") else 1
    return sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
