"""Composes one reader's message from a letter's skeleton.

Values are escaped and encoded for their place and put in last; they are never read
as templates. The same row always gives the same octets.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, Protocol

from markupsafe import escape

from mailer.composing import encode
from mailer.composing.attendee import attendee
from mailer.composing.dkim import LetterSigner
from mailer.composing.skeletons import Gap, Place, Skeleton
from mailer.errors import MailerError
from mailer.links import Signed
from mailer.rendering.marks import Field


class ComposeError(MailerError):
    """This reader's message cannot be made; the others can."""


class Recipient(Protocol):
    """What a message needs to know of its reader."""

    @property
    def address(self) -> str:
        """Return the address it goes to."""

    @property
    def name(self) -> str | None:
        """Return the reader's name, where one is known."""

    @property
    def organisation(self) -> str:
        """Return the organisation's name in the letter's language."""


class Addressed(NamedTuple):
    """A recipient outside the outbox: for a preview or a test."""

    address: str
    name: str | None
    organisation: str


_FORBIDDEN = re.compile(r"[\r\n<> \0]")
Maker = Callable[[Recipient, Signed], bytes]


class Composer:
    """One letter, ready to be made out to any of its readers, and signed."""

    def __init__(self, skeleton: Skeleton, signer: LetterSigner | None = None) -> None:
        pieces = skeleton.pieces
        self._fixed = [b"" if isinstance(each, Gap) else each for each in pieces]
        places: dict[Maker, list[int]] = {}
        for position, piece in enumerate(pieces):
            if isinstance(piece, Gap):
                maker = _MAKERS[piece.field, piece.place]
                places.setdefault(maker, []).append(position)
        self._places = [(maker, tuple(each)) for maker, each in places.items()]
        self._signer = signer

    def compose(self, reader: Recipient, signed: Signed) -> bytes:
        """Return the message as it goes over the wire; no line begins with a dot."""
        pieces = self.pieces(reader, signed)
        return self._signer.sign(pieces) if self._signer else b"".join(pieces)

    def pieces(self, reader: Recipient, signed: Signed) -> list[bytes]:
        """Return the letter's pieces with one reader's values in their places."""
        pieces = self._fixed.copy()
        for make, positions in self._places:
            octets = make(reader, signed)
            for position in positions:
                pieces[position] = octets
        return pieces


def _mailbox(reader: Recipient, _signed: Signed) -> bytes:
    address = reader.address
    if _FORBIDDEN.search(address):
        raise ComposeError("the address holds a forbidden character")
    return encode.mailbox(reader.name or reader.organisation, address)


def _attendee(reader: Recipient, _signed: Signed) -> bytes:
    return encode.quoted_printable(
        attendee(reader.name or reader.organisation, reader.address)
    )


def _name(reader: Recipient, _signed: Signed) -> bytes:
    return encode.value(reader.name) if reader.name else _plain(reader.organisation)


def _name_in_html(reader: Recipient, _signed: Signed) -> bytes:
    return _escaped(reader.name) if reader.name else _html(reader.organisation)


def _escaped(value: str) -> bytes:
    return encode.value(str(escape(value)))


# Readers of one organisation follow one another, and many have none of their own name.
_plain = lru_cache(maxsize=4096)(encode.value)
_html = lru_cache(maxsize=4096)(_escaped)
_SIGNED: dict[Field, Maker] = {  # letters, digits, - and _ only: alike in every place
    Field.UNSUBSCRIBE: lambda _reader, signed: signed.unsubscribe.encode(),
    Field.PREFERENCES: lambda _reader, signed: signed.preferences.encode(),
    Field.CONFIRM: lambda _reader, signed: signed.confirm.encode(),
    Field.ENTRY: lambda _reader, signed: signed.entry.encode(),
    Field.MESSAGE: lambda _reader, signed: signed.message_id.encode(),
}
_MAKERS: dict[tuple[Field, Place], Maker] = {
    (Field.TO, Place.HEADER): _mailbox,
    (Field.ATTENDEE, Place.CALENDAR): _attendee,
    (Field.NAME, Place.TEXT): _name,
    (Field.NAME, Place.HTML): _name_in_html,
    (Field.ORGANISATION, Place.TEXT): lambda to, _signed: _plain(to.organisation),
    (Field.ORGANISATION, Place.HTML): lambda to, _signed: _html(to.organisation),
    (Field.ADDRESS, Place.TEXT): lambda to, _signed: encode.value(to.address),
    (Field.ADDRESS, Place.HTML): lambda to, _signed: _escaped(to.address),
    **{(field, place): make for field, make in _SIGNED.items() for place in Place},
}
