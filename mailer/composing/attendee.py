"""Writes the line of an invitation that is each reader's own.

Apart from `invitation`, so that who only sends does not load the calendar's library.
"""

from collections.abc import Iterator
from urllib.parse import quote

from audiences import characters

MAX_LINE = 75  # octets, RFC 5545 section 3.1


def attendee(name: str, address: str) -> str:
    """Return the line of one attendee, folded; lines end in a bare line feed."""
    shown = characters.plain(name).replace('"', "'")  # RFC 5545 section 3.2
    line = (
        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION"
        f';RSVP=TRUE;CN="{shown or address}":mailto:{quoted(address)}'
    )
    return "\n ".join(_folded(line))


def quoted(address: str) -> str:
    """Return an address as part of a mailto: URI, RFC 6068."""
    return quote(address, safe="@!$&'*+=~._-")


def _folded(line: str) -> Iterator[str]:
    """Cut a line into pieces of at most 75 octets, no character in two."""
    piece, width = "", 0
    for character in line:
        octets = len(character.encode())
        if width + octets > MAX_LINE:
            yield piece
            piece, width = "", 1  # the space that opens a folded line
        piece += character
        width += octets
    yield piece
