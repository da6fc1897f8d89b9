"""The places in a letter that differ per reader, and the marks that hold them.

An author writes {organisation} or {name}. While a letter is rendered such a place is a
mark of plain letters that no Markdown, MJML or HTML step alters; afterwards the
skeleton cuts the result at the marks. A value is put in last, escaped for its place:
nothing a contact is called is ever read as a template.
"""

import re
from enum import StrEnum

MARK = re.compile(r"zq9field([a-z]+)9qz")
_PLACE = re.compile(r"\{([a-z_]{1,30})\}")


class Field(StrEnum):
    """What a reader's value is of."""

    NAME = "name"  # the contact's, or the organisation's where it has none
    ORGANISATION = "organisation"  # in the letter's language
    ADDRESS = "address"  # the contact's own
    UNSUBSCRIBE = "unsubscribe"  # token of the link that leaves this letter
    PREFERENCES = "preferences"  # token of the link to the preference centre
    CONFIRM = "confirm"  # token of the link that confirms a wish
    ENTRY = "entry"  # token of the link to the organisation's own entry
    TO = "to"  # the To field: name and address
    ATTENDEE = "attendee"  # the line of an invitation: name and address
    MESSAGE = "message"  # Message-ID, left of the @


OPEN_TO_AUTHORS = (Field.NAME, Field.ORGANISATION, Field.ADDRESS)


def mark(field: Field) -> str:
    """Return the mark of a place."""
    return f"zq9field{field}9qz"


def marked(text: str) -> str:
    """Replace the places an author wrote by their marks; leave other braces alone."""
    return _PLACE.sub(
        lambda place: (
            mark(Field(place[1])) if place[1] in OPEN_TO_AUTHORS else place[0]
        ),
        text,
    )


def unknown_places(text: str) -> list[str]:
    """Return what stands in braces like a place and is none."""
    return [name for name in _PLACE.findall(text) if name not in OPEN_TO_AUTHORS]


def forged(text: str) -> bool:
    """Whether a text holds a mark, which rendering would take for a place."""
    return MARK.search(text) is not None
