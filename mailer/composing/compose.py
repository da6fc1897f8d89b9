"""Composes one reader's message from a letter's skeleton.

Values are escaped and encoded for their place and inserted last, so they never act as
templates. The same row always gives the same octets.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple, Protocol

from markupsafe import escape

from audiences import characters
from mailer.composing import encode
from mailer.composing.attendee import attendee_line
from mailer.composing.dkim import LetterSigner
from mailer.composing.skeletons import Gap, Place, Skeleton
from mailer.errors import MailerError
from mailer.links import Signed
from mailer.rendering.marks import Field


class ComposeError(MailerError):
    """A message, or all messages of a letter, cannot be composed; others can."""


class Recipient(Protocol):
    """The values of a reader that a message may contain."""

    @property
    def address(self) -> str:
        """Return the reader's address."""

    @property
    def name(self) -> str | None:
        """Return the reader's name, or None if it is not known."""

    @property
    def organisation(self) -> str:
        """Return the organisation's name in the letter's language."""


class Addressed(NamedTuple):
    """A recipient that is not in the outbox: for a preview or a test."""

    address: str
    name: str | None
    organisation: str


_FORBIDDEN = re.compile(r"[\r\n<> \0]")
Encoder = Callable[[Recipient, Signed], bytes]


class Composer:
    """Composes the messages of one letter, and signs them if it has a signer.

    Raises ComposeError for a letter with a value in a place where it cannot be.
    """

    def __init__(self, skeleton: Skeleton, signer: LetterSigner | None = None) -> None:
        pieces = skeleton.pieces
        self._fixed = [b"" if isinstance(each, Gap) else each for each in pieces]
        gaps: dict[Encoder, list[int]] = {}
        for position, piece in enumerate(pieces):
            if isinstance(piece, Gap):
                encoder = _encoder(piece)
                gaps.setdefault(encoder, []).append(position)
        self._gaps = [(encoder, tuple(each)) for encoder, each in gaps.items()]
        self._signer = signer

    def compose(self, reader: Recipient, signed: Signed) -> bytes:
        """Return the message as it is sent over SMTP; no line begins with a dot.

        Raises ComposeError, whatever the fault is: only this message is set aside.
        """
        try:
            pieces = self.pieces(reader, signed)
            return self._signer.sign(pieces) if self._signer else b"".join(pieces)
        except ComposeError:
            raise
        except Exception as fault:
            raise ComposeError(
                f"it cannot be composed: {type(fault).__name__}"
            ) from fault

    def pieces(self, reader: Recipient, signed: Signed) -> list[bytes]:
        """Return the letter's pieces with one reader's values in the gaps."""
        pieces = self._fixed.copy()
        for encode_value, positions in self._gaps:
            octets = encode_value(reader, signed)
            for position in positions:
                pieces[position] = octets
        return pieces


def _encoder(gap: Gap) -> Encoder:
    try:
        return _ENCODERS[gap.field, gap.place]
    except KeyError:
        raise ComposeError(
            f"its letter has the value {gap.field} in its {gap.place}"
        ) from None


def _mailbox(reader: Recipient, _signed: Signed) -> bytes:
    address = reader.address
    if _FORBIDDEN.search(address):
        raise ComposeError("the address contains a space, a line break, NUL, < or >")
    return encode.mailbox(reader.name or reader.organisation, address)


def _attendee(reader: Recipient, _signed: Signed) -> bytes:
    return encode.quoted_printable(
        attendee_line(reader.name or reader.organisation, reader.address)
    )


def _name(reader: Recipient, _signed: Signed) -> bytes:
    return (
        encode.value(reader.name) if reader.name else _cached_text(reader.organisation)
    )


def _name_in_html(reader: Recipient, _signed: Signed) -> bytes:
    return _escaped(reader.name) if reader.name else _cached_html(reader.organisation)


def _words(value: str) -> bytes:
    return encode.words(characters.plain(value))


def _escaped(value: str) -> bytes:
    return encode.value(str(escape(value)))


# For names of organisations: messages to readers of one organisation follow each other.
_cached_text = lru_cache(maxsize=4096)(encode.value)
_cached_html = lru_cache(maxsize=4096)(_escaped)
_SIGNED: dict[Field, Encoder] = {  # A-Z, a-z, 0-9, -, _: valid in every place
    Field.UNSUBSCRIBE: lambda _reader, signed: signed.unsubscribe.encode(),
    Field.PREFERENCES: lambda _reader, signed: signed.preferences.encode(),
    Field.CONFIRM: lambda _reader, signed: signed.confirm.encode(),
    Field.ENTRY: lambda _reader, signed: signed.entry.encode(),
    Field.MESSAGE: lambda _reader, signed: signed.message_id.encode(),
}
_ENCODERS: dict[tuple[Field, Place], Encoder] = {
    (Field.TO, Place.HEADER): _mailbox,
    (Field.NAME, Place.HEADER): lambda to, _signed: _words(to.name or to.organisation),
    (Field.ORGANISATION, Place.HEADER): lambda to, _signed: _words(to.organisation),
    (Field.ADDRESS, Place.HEADER): lambda to, _signed: _words(to.address),
    (Field.ATTENDEE, Place.CALENDAR): _attendee,
    (Field.NAME, Place.TEXT): _name,
    (Field.NAME, Place.HTML): _name_in_html,
    (Field.ORGANISATION, Place.TEXT): lambda to, _signed: _cached_text(to.organisation),
    (Field.ORGANISATION, Place.HTML): lambda to, _signed: _cached_html(to.organisation),
    (Field.ADDRESS, Place.TEXT): lambda to, _signed: encode.value(to.address),
    (Field.ADDRESS, Place.HTML): lambda to, _signed: _escaped(to.address),
    **{(field, place): each for field, each in _SIGNED.items() for place in Place},
}
