"""A letter as pre-encoded pieces: fixed octets, and slots for each reader's values.

Compiled once per letter; a message is the pieces joined. In a quoted-printable part a
slot stands on a line of its own between soft breaks, so that fixed text is never
wrapped again. What `compile_letter` returns holds CRLF line ends only, no NUL, no line
over 998 octets, and no line that begins with a dot.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum

from mailer.rendering import encode, merge
from mailer.rendering.merge import Field
from mailer.rendering.source import Letter


class Place(StrEnum):
    """Where a value stands, which says how it is encoded."""

    HEADER = "header"
    TEXT = "text"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one reader's value."""

    field: Field
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """The fixed part of the header fields."""

    sender_name: str
    sender: str
    reply_to: str
    domain: str  # of the Message-ID
    list_label: str | None  # of the List-Id; none for service mail
    list_name: str
    site_url: str
    at: datetime  # when the campaign was released
    campaign: str  # for Feedback-ID, nothing per reader


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Pieces of a message in order: octets, or a slot."""

    pieces: tuple[bytes | Slot, ...]

    def compose(self, values: Mapping[Slot, bytes]) -> bytes:
        """Join the pieces with one reader's values, each encoded for its slot."""
        return b"".join(
            [
                values[piece] if isinstance(piece, Slot) else piece
                for piece in self.pieces
            ]
        )

    def pack(self) -> bytes:
        """Return the pieces as octets for the store; NUL cannot stand in a letter."""
        return b"\0".join(
            f"{piece.field}/{piece.place}".encode()
            if isinstance(piece, Slot)
            else piece
            for piece in self.pieces
        )

    @property
    def slots(self) -> frozenset[Slot]:
        """Return the slots to be filled."""
        return frozenset(piece for piece in self.pieces if isinstance(piece, Slot))


def unpack(octets: bytes) -> Skeleton:
    """Read a packed skeleton."""
    pieces: list[bytes | Slot] = []
    for number, part in enumerate(octets.split(b"\0")):
        if number % 2:
            field, place = part.decode().split("/")
            pieces.append(Slot(Field(field), Place(place)))
        else:
            pieces.append(part)
    return Skeleton(tuple(pieces))


def compile_letter(letter: Letter, envelope: Envelope) -> Skeleton:
    """Encode a letter and its header into pieces."""
    boundary = _boundary(letter)
    head: list[bytes | Slot] = []
    for fields in (_identity(letter, envelope), _list_fields(envelope)):
        head += fields
    opening = (
        f"MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n"
        f' boundary="{boundary}"\r\n\r\n'
        f"--{boundary}\r\n{_part_header('plain')}"
    )
    between = f"\r\n--{boundary}\r\n{_part_header('html')}"
    closing = f"\r\n--{boundary}--\r\n"
    pieces = [
        *head,
        opening.encode(),
        *_body(letter.text, Place.TEXT),
        between.encode(),
        *_body(letter.html, Place.HTML),
        closing.encode(),
    ]
    return Skeleton(tuple(_alternating(pieces)))


def _identity(letter: Letter, envelope: Envelope) -> list[bytes | Slot]:
    sender = encode.phrase(envelope.sender_name) + f" <{envelope.sender}>".encode()
    return [
        b"From: " + sender + b"\r\nTo: ",
        Slot(Field.TO, Place.HEADER),
        b"\r\nReply-To: " + envelope.reply_to.encode(),
        b"\r\nSubject: " + encode.unstructured(letter.subject, name="Subject"),
        f"\r\nDate: {format_datetime(envelope.at)}".encode(),
        b"\r\nMessage-ID: <",
        Slot(Field.MESSAGE, Place.HEADER),
        f"@{envelope.domain}>\r\nContent-Language: {letter.language}\r\n".encode(),
    ]


def _list_fields(envelope: Envelope) -> list[bytes | Slot]:
    feedback = f"Feedback-ID: {envelope.campaign}:{envelope.domain}:letters:liaison\r\n"
    if envelope.list_label is None:
        return [b"Auto-Submitted: auto-generated\r\n"]
    name = encode.phrase(envelope.list_name)
    return [
        b"List-Id: " + name + f" <{envelope.list_label}.{envelope.domain}>".encode(),
        f"\r\nList-Unsubscribe: <{envelope.site_url}/u/".encode(),
        Slot(Field.UNSUBSCRIBE, Place.HEADER),
        b">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        b"Precedence: list\r\n" + feedback.encode(),
    ]


def _part_header(subtype: str) -> str:
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )


def _body(text: str, place: Place) -> Iterator[bytes | Slot]:
    """Yield a body cut at its marks, each slot between soft breaks."""
    position = 0
    for found in merge.MARK.finditer(text):
        before = encode.quoted_printable(text[position : found.start()])
        yield before + encode.SOFT_BREAK
        yield Slot(Field(found[1]), place)
        position = found.end()
        yield encode.SOFT_BREAK
    yield encode.quoted_printable(text[position:])


def _alternating(pieces: list[bytes | Slot]) -> Iterator[bytes | Slot]:
    """Join neighbouring octets, so that every second piece is a slot."""
    fixed = b""
    for piece in pieces:
        if isinstance(piece, Slot):
            yield fixed
            yield piece
            fixed = b""
        else:
            fixed += piece
    yield fixed


def _boundary(letter: Letter) -> str:
    digest = hashlib.sha256(f"{letter.subject}\0{letter.text}\0{letter.html}".encode())
    return f"=_{digest.hexdigest()[:32]}"
