"""Composes one reader's message from a letter's skeleton.

Values are escaped and encoded for their place and put in last; they are never read
as templates. The same row always gives the same octets.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import escape

from mailer.delivery.sign import LetterSigner
from mailer.errors import MailerError
from mailer.links import Signed
from mailer.rendering import encode
from mailer.rendering.invitation import attendee
from mailer.rendering.merge import Field
from mailer.rendering.skeleton import Place, Skeleton, Slot


class ComposeError(MailerError):
    """This reader's message cannot be made; the others can."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """What a message needs to know of its reader."""

    address: str
    name: str | None
    organisation: str  # in the letter's language


class Composer:
    """One letter, ready to be made out to any of its readers, and signed."""

    def __init__(self, skeleton: Skeleton, signer: LetterSigner | None = None) -> None:
        pieces = skeleton.pieces
        self._fixed = [b"" if isinstance(each, Slot) else each for each in pieces]
        places: dict[Slot, list[int]] = {}
        for position, piece in enumerate(pieces):
            if isinstance(piece, Slot):
                places.setdefault(piece, []).append(position)
        self._slots = [
            (slot, _VALUES[slot.field], _ENCODERS[slot.place], tuple(positions))
            for slot, positions in places.items()
        ]
        self._signer = signer

    def compose(self, reader: Reader, signed: Signed) -> bytes:
        """Return the message as it goes over the wire; no line begins with a dot."""
        pieces = self._fixed.copy()
        values: dict[Slot, bytes] = {}
        for slot, value, encoder, positions in self._slots:
            octets = values[slot] = encoder(value(reader, signed))
            for position in positions:
                pieces[position] = octets
        if self._signer is not None:
            pieces.insert(0, self._signer.fields(values))
        return b"".join(pieces)


def _mailbox(reader: Reader, _signed: Signed) -> str:
    address = reader.address
    if any(mark in address for mark in "\r\n<> \0") or not address.isascii():
        raise ComposeError("the address needs SMTPUTF8 or holds a forbidden character")
    return encode.mailbox(reader.name or reader.organisation, address).decode()


_VALUES: dict[Field, Callable[[Reader, Signed], str]] = {
    Field.TO: _mailbox,
    Field.NAME: lambda reader, _signed: reader.name or reader.organisation,
    Field.ORGANISATION: lambda reader, _signed: reader.organisation,
    Field.ADDRESS: lambda reader, _signed: reader.address,
    Field.UNSUBSCRIBE: lambda _reader, signed: signed.unsubscribe,
    Field.PREFERENCES: lambda _reader, signed: signed.preferences,
    Field.CONFIRM: lambda _reader, signed: signed.confirm,
    Field.ATTENDEE: lambda reader, _signed: attendee(
        reader.name or reader.organisation, reader.address
    ),
    Field.MESSAGE: lambda _reader, signed: signed.message_id,
}


def _html(value: str) -> bytes:
    return encode.value(str(escape(value)))


def _calendar(line: str) -> bytes:
    return encode.quoted_printable(line)


_ENCODERS: dict[Place, Callable[[str], bytes]] = {
    Place.HEADER: str.encode,
    Place.TEXT: encode.value,
    Place.HTML: _html,
    Place.CALENDAR: _calendar,
}
