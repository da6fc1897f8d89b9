"""Writes an invitation: iCalendar for one event, each reader its only attendee.

RFC 5545 for the text, 5546 for REQUEST and CANCEL, 6047 for the way by mail. Built by
the icalendar library once a letter; the attendee's line is a mark until it is known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

from audiences import characters
from mailer.composing.attendee import quoted
from mailer.composing.parts import Calendar
from mailer.rendering import marks
from mailer.rendering.marks import Field

_PRODUCT = "-//Liaison//Letters//EN"
_AROUND = timedelta(days=366)  # of zone rules written round an event


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """One event, in the words of one letter."""

    uid: str
    sequence: int
    cancelled: bool
    start: datetime  # naive: the clock of the place
    end: datetime
    zone: str
    place: str
    summary: str
    description: str
    language: str
    organiser: str  # the bare address of From
    organiser_name: str
    stamp: datetime


def write(event: Invitation) -> Calendar:
    """Return the invitation, or its withdrawal."""
    method = "CANCEL" if event.cancelled else "REQUEST"
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_component(event))
    calendar.add_missing_timezones(
        first_date=(event.start - _AROUND).date(),
        last_date=(event.end + _AROUND).date(),
    )
    text = calendar.to_ical().decode().replace("\r\n", "\n")
    place = marks.mark(Field.ATTENDEE)
    return Calendar(
        method=method,
        text=text.replace("END:VEVENT\n", f"{place}\nEND:VEVENT\n"),
        name="cancelled.ics" if event.cancelled else "invite.ics",
    )


def _component(event: Invitation) -> icalendar.Event:
    zone, spoken = ZoneInfo(event.zone), {"LANGUAGE": event.language}
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.stamp)
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("dtstart", event.start.replace(tzinfo=zone))
    component.add("dtend", event.end.replace(tzinfo=zone))
    component.add("summary", event.summary, parameters=spoken)
    if event.description:
        component.add("description", event.description, parameters=spoken)
    if event.place:
        component.add("location", event.place, parameters=spoken)
    component.add("transp", "OPAQUE")
    name = characters.plain(event.organiser_name).replace('"', " ")
    organiser = icalendar.vCalAddress(f"mailto:{quoted(event.organiser)}")
    organiser.params["CN"] = icalendar.vText(name)
    component.add("organizer", organiser)
    return component
