"""Writes the ATTENDEE line of an invitation, which differs for each reader.

It is not in `invitation`, so that a worker does not load the icalendar library.
"""

from collections.abc import Iterator
from urllib.parse import quote

from audiences import characters

MAX_LINE = 75  # octets, RFC 5545 section 3.1


def attendee_line(name: str, address: str) -> str:
    """Return the line of one attendee, folded; its lines are joined by a line feed."""
    shown = characters.plain(name).replace('"', "'")  # RFC 5545 section 3.2
    line = (
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION"
        f';RSVP=TRUE;CN="{shown or address}":mailto:{percent_encoded(address)}'
    )
    return "\n ".join(_folded(line))


def percent_encoded(address: str) -> str:
    """Return an address encoded for a mailto: URI (RFC 6068 section 2)."""
    return quote(address, safe="@!$&'*+=~._-")


def _folded(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most 75 octets; no character is split."""
    piece, width = "", 0
    for character in line:
        octets = len(character.encode())
        if width + octets > MAX_LINE:
            yield piece
            piece, width = "", 1  # a folded line begins with a space
        piece += character
        width += octets
    yield piece
