"""Composes one reader's message from a letter's skeleton.

Values are escaped and encoded for their place and put in last; they are never read
as templates. The same row always gives the same octets.
"""

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import escape

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


def compose(skeleton: Skeleton, reader: Reader, signed: Signed) -> bytes:
    """Return the message as it goes over the wire, before dot-stuffing."""
    values: dict[Slot, bytes] = {}
    for slot in skeleton.slots:
        values[slot] = _ENCODERS[slot.place](_value(slot.field, reader, signed))
    return skeleton.compose(values)


def _value(field: Field, reader: Reader, signed: Signed) -> str:
    if field is Field.TO:
        return _mailbox(reader)
    return {
        Field.NAME: reader.name or reader.organisation,
        Field.ORGANISATION: reader.organisation,
        Field.ADDRESS: reader.address,
        Field.UNSUBSCRIBE: signed.unsubscribe,
        Field.PREFERENCES: signed.preferences,
        Field.CONFIRM: signed.confirm,
        Field.ATTENDEE: attendee(reader.name or reader.organisation, reader.address),
        Field.MESSAGE: signed.message_id,
    }[field]


def _mailbox(reader: Reader) -> str:
    address = reader.address
    if any(mark in address for mark in "\r\n<> \0") or not address.isascii():
        raise ComposeError("the address needs SMTPUTF8 or holds a forbidden character")
    return encode.mailbox(reader.name or reader.organisation, address).decode()


def _text(value: str) -> bytes:
    return encode.value(value)


def _html(value: str) -> bytes:
    return encode.value(str(escape(value)))


def _calendar(line: str) -> bytes:
    return encode.quoted_printable(line)


_ENCODERS: dict[Place, Callable[[str], bytes]] = {
    Place.HEADER: str.encode,
    Place.TEXT: _text,
    Place.HTML: _html,
    Place.CALENDAR: _calendar,
}
