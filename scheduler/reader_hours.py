"""The hour at a reader's place: time zones and working weeks of countries.

countries.csv has the zone of each country: from zone.tab of the tz database; where a
country has several, that of its capital. Its weekends, where they are not Saturday and
Sunday, are those of the library holidays, and Libya's that of CLDR.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from scheduler import zones
from scheduler.instants import instant_of
from scheduler.office import WEEKEND, Office, calendars

QUIET = 40  # days in a row after which a reader gets the letter on a quiet day
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class ZoneSource(StrEnum):
    """How the zone of a reader is known."""

    CONTACT = "contact"  # the contact has it
    COUNTRY = "country"  # the only one of the country
    CAPITAL = "capital"  # one of several of the country: that of its capital
    CAMPAIGN = "campaign"  # nothing is known of the reader


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderPlace:
    """Where a reader is: a zone, how it is known, and the working days there."""

    zone: str
    source: ZoneSource
    office: Office


def place_of(timezone: str, country: str, *, otherwise: str) -> ReaderPlace:
    """Return the place of a reader by the contact's zone, or else by the country.

    `timezone` and `country` are "" where they are not known; `otherwise` is the zone of
    the campaign.
    """
    found = _countries().get(country)
    office = Office() if found is None else found.office
    if timezone:
        return ReaderPlace(zone=timezone, source=ZoneSource.CONTACT, office=office)
    if found is not None:
        return found
    return ReaderPlace(zone=otherwise, source=ZoneSource.CAMPAIGN, office=office)


def without_holidays(place: ReaderPlace) -> ReaderPlace:
    """Return a place where only the weekend is free."""
    office = Office(weekend=place.office.weekend)
    return ReaderPlace(zone=place.zone, source=place.source, office=office)


@cache
def _countries() -> Mapping[str, ReaderPlace]:
    text = (Path(__file__).parent / "countries.csv").read_text(encoding="utf-8")
    with_calendar = calendars()
    return {
        row["country"]: ReaderPlace(
            zone=row["zone"],
            source=ZoneSource.CAPITAL if row["of"] else ZoneSource.COUNTRY,
            office=Office(
                weekend=frozenset(_DAYS.index(day) for day in row["weekend"].split())
                or WEEKEND,
                calendar=row["country"] if row["country"] in with_calendar else "",
            ),
        )
        for row in csv.DictReader(text.splitlines())
    }


def reader_instant(
    at: time,
    zone: str,
    released: datetime,
    *,
    within: timedelta,
    quiet: Office | None = None,
) -> datetime:
    """Return when a letter released at an instant goes to readers in a zone.

    It is the next time `at` at their place, on a day on which `quiet` is open if it is
    given; but not later than `within` after the release. Raises ScheduleError if no
    zone has the name.
    """
    place = zones.named(zone)
    day = released.astimezone(place).date()
    for ahead in range(-1, QUIET):
        instant = instant_of(_on(day, ahead, at), place)
        if instant < released or (quiet and not quiet.is_open(_day(day, ahead))):
            continue
        return min(instant, released + within)
    return released + within


def _day(day: date, ahead: int) -> date:
    return day + timedelta(days=ahead)


def _on(day: date, ahead: int, at: time) -> datetime:
    return datetime.combine(_day(day, ahead), at)
