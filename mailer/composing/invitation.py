"""Writes an invitation to one event as iCalendar; its only attendee is the reader.

It follows RFC 5545 (the text), 5546 (REQUEST and CANCEL) and 6047 (mail). The icalendar
library writes it once per letter, cut where the attendee's line goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

from audiences import characters
from mailer.composing.attendee import percent_encoded
from mailer.composing.parts import Calendar

_PRODUCT = "-//Liaison//Letters//EN"
_ZONE_MARGIN = timedelta(days=366)  # zone rules cover this time around an event


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """One event, in the language of one letter."""

    uid: str
    sequence: int
    cancelled: bool
    start: datetime  # naive: local time in `zone`
    end: datetime
    zone: str
    place: str
    summary: str
    description: str
    language: str
    organiser: str  # the address of From
    organiser_name: str
    stamp: datetime  # DTSTAMP


def write(event: Invitation) -> Calendar:
    """Return the invitation, or its cancellation."""
    method = "CANCEL" if event.cancelled else "REQUEST"
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_component(event))
    calendar.add_missing_timezones(
        first_date=(event.start - _ZONE_MARGIN).date(),
        last_date=(event.end + _ZONE_MARGIN).date(),
    )
    text = calendar.to_ical().decode().replace("\r\n", "\n")
    # a value cannot be a whole line: it follows a name, or the space of a folded line
    before, end, after = text.partition("\nEND:VEVENT\n")
    return Calendar(
        method=method,
        before=f"{before}\n",
        after=end + after,
        name="cancelled.ics" if event.cancelled else "invite.ics",
    )


def _component(event: Invitation) -> icalendar.Event:
    zone, language = ZoneInfo(event.zone), {"LANGUAGE": event.language}
    component = icalendar.Event()
    component.add("uid", event.uid)
    component.add("dtstamp", event.stamp)
    component.add("sequence", event.sequence)
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    component.add("dtstart", event.start.replace(tzinfo=zone))
    component.add("dtend", event.end.replace(tzinfo=zone))
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
