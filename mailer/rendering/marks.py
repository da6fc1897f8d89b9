"""Placeholders for the values of a reader, and the strings that stand for them.

An author writes {organisation} or {name}. During rendering such a placeholder is a
string of letters and digits, called its mark, which Markdown, MJML and HTML do not
change. The letter is then cut at the marks. Values are inserted last, escaped for their
place, so that they never act as a template.
"""

import re
from enum import StrEnum

MARK = re.compile(r"zq9field([a-z]+)9qz")
_PLACEHOLDER = re.compile(r"\{([a-z_]{1,30})\}")


class Field(StrEnum):
    """The values that differ for each reader."""

    NAME = "name"  # the contact's, or the organisation's where it has none
    ORGANISATION = "organisation"  # in the letter's language
    ADDRESS = "address"  # the contact's own
    UNSUBSCRIBE = "unsubscribe"  # token of the unsubscribe link
    PREFERENCES = "preferences"  # token of the link to the preferences page
    CONFIRM = "confirm"  # token of the link that confirms a subscription
    ENTRY = "entry"  # token of the link to the organisation's entry
    TO = "to"  # the To field: name and address
    ATTENDEE = "attendee"  # the line of an invitation: name and address
    MESSAGE = "message"  # Message-ID, left of the @


OPEN_TO_AUTHORS = (Field.NAME, Field.ORGANISATION, Field.ADDRESS)


def mark(field: Field) -> str:
    """Return the mark of a field."""
    return f"zq9field{field}9qz"


def marked(text: str) -> str:
    """Return a text with marks for an author's placeholders; other braces stay."""
    return _PLACEHOLDER.sub(
        lambda match: (
            mark(Field(match[1])) if match[1] in OPEN_TO_AUTHORS else match[0]
        ),
        text,
    )


def unknown_placeholders(text: str) -> list[str]:
    """Return the names in braces that are not placeholders."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in OPEN_TO_AUTHORS]


def has_mark(text: str) -> bool:
    """Return whether a text contains a mark, which would act as a placeholder."""
    return MARK.search(text) is not None
