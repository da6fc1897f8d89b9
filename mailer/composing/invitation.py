"""Writes an invitation to one event as iCalendar; its only attendee is the reader.

A zone without yearly rules is written as UTC, which every calendar reads.
It follows RFC 5545 (the text), 5546 (REQUEST and CANCEL) and 6047 (mail). The icalendar
library writes it once per letter, cut where the attendee's line goes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import icalendar

from audiences import characters
from mailer.composing import zone_rules
from mailer.composing.attendee import percent_encoded
from mailer.composing.parts import Calendar

_PRODUCT = "-//Liaison//Letters//EN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """One event, in the language of one letter."""

    uid: str
    sequence: int
    cancelled: bool
    start: date  # a day of an event of whole days, or a naive time, local in `zone`
    end: date  # the day after the last, or a time
    zone: str
    place: str
    summary: str
    description: str
    language: str
    organiser: str  # the address of From
    organiser_name: str
    stamp: datetime  # DTSTAMP
    file_name: str = "invite.ics"


def write(event: Invitation) -> Calendar:
    """Return the invitation, or its cancellation."""
    method = "CANCEL" if event.cancelled else "REQUEST"
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    timed = isinstance(event.start, datetime)
    rules = zone_rules.component(event.zone, event.start.year) if timed else None
    if rules is not None:
        calendar.add_component(rules)
    zone = ZoneInfo("UTC") if rules is None else ZoneInfo(event.zone)
    calendar.add_component(_component(event, zone))
    text = calendar.to_ical().decode().replace("\r\n", "\n")
    # a value cannot be a whole line: it follows a name, or the space of a folded line
    before, end, after = text.partition("\nEND:VEVENT\n")
    return Calendar(
        method=method,
        before=f"{before}\n",
        after=end + after,
        name=event.file_name,
    )


def _component(event: Invitation, zone: ZoneInfo) -> icalendar.Event:
    language = {"LANGUAGE": event.language}
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.stamp)
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("dtstart", _moment(event.start, event, zone))
    component.add("dtend", _moment(event.end, event, zone))
    component.add("summary", event.summary, parameters=language)
    if event.description:
        component.add("description", event.description, parameters=language)
    if event.place:
        component.add("location", event.place, parameters=language)
    component.add("transp", "OPAQUE")
    name = characters.plain(event.organiser_name).replace('"', " ")
    organiser = icalendar.vCalAddress(f"mailto:{percent_encoded(event.organiser)}")
    organiser.params["CN"] = icalendar.vText(name)
    component.add("organizer", organiser)
    return component


def _moment(value: date, event: Invitation, zone: ZoneInfo) -> date:
    """Return a local time of an event in a zone; a day stays a day."""
    if not isinstance(value, datetime):
        return value
    there = value.replace(tzinfo=ZoneInfo(event.zone))
    return there if zone.key == event.zone else there.astimezone(zone)
