"""Placeholders for the values of a reader, and the marks that stand for them.

An author writes {organisation} or {name}. During rendering such a placeholder is a
string of letters and digits, called its mark, which Markdown, MJML and HTML do not
change. The letter is then cut at its marks. Values are inserted last, escaped for their
place, so that they never act as a template.

The marks of one rendering have a random number, drawn when all its input is known. So
no input can contain one: a string that looks like a mark is text.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

_PLACEHOLDER = re.compile(r"(?<!\\)\{([a-z_]{1,30})\}")  # after \ it is text
_OCTETS = 8  # of the random number


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


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one rendering; `nonce` is their random number."""

    nonce: str

    def of(self, field: Field) -> str:
        """Return the mark of a field."""
        return f"zq{self.nonce}{field}qz"

    @property
    def title(self) -> str:
        """Return the mark of the title, which is inserted after MJML."""
        return f"zq{self.nonce}titleqz"

    def marked(self, text: str) -> str:
        """Return a text with marks for an author's placeholders; other braces stay."""
        return _PLACEHOLDER.sub(
            lambda match: (
                self.of(Field(match[1])) if match[1] in OPEN_TO_AUTHORS else match[0]
            ),
            text,
        )

    def written(self, text: str) -> str:
        """Return a text with placeholders, as an author writes them, for its marks."""
        return _pattern(self.nonce).sub(r"{\1}", text)

    def occur_in(self, text: str) -> bool:
        """Return whether a text has a mark."""
        return f"zq{self.nonce}" in text

    def around_values(self, text: str, change: Callable[[str], str]) -> str:
        """Return a text with each mark of a value open to authors changed."""
        return _pattern(self.nonce).sub(
            lambda mark: (
                change(mark[0]) if Field(mark[1]) in OPEN_TO_AUTHORS else mark[0]
            ),
            text,
        )

    def cut(self, text: str) -> Iterator[str | Field]:
        """Yield a text cut at its marks: text and fields take turns, text at the ends.

        A text may be empty.
        """
        for number, piece in enumerate(_pattern(self.nonce).split(text)):
            yield Field(piece) if number % 2 else piece


@lru_cache(maxsize=16)
def _pattern(nonce: str) -> re.Pattern[str]:
    return re.compile(f"zq{nonce}({'|'.join(Field)})qz")


def _random() -> str:
    return secrets.token_hex(_OCTETS)


def draw(texts: Iterable[str], number: Callable[[], str] = _random) -> Marks:
    """Return marks that none of the texts has; call it when all of them are known.

    `number` gives the random numbers.
    """
    known = "\0".join(texts)
    while True:
        made = Marks(number())
        if not made.occur_in(known):
            return made
