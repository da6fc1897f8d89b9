"""Encodes a letter once, as fixed octets with gaps for each reader's values.

A message is the pieces joined. In a quoted-printable part a gap is on a line of its own
between soft breaks, so that the fixed text is wrapped only once. The pieces of
`compile_letter` have CRLF line ends, no NUL, no line over 998 octets, and no line that
begins with a dot.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailer.composing import encode, header, parts
from mailer.composing.header import HeaderFields
from mailer.composing.parts import Extras
from mailer.rendering import marks
from mailer.rendering.marks import Field
from mailer.rendering.source import Letter

NO_EXTRAS = Extras()


class Place(StrEnum):
    """The part of a message that a value is in; it decides how the value is encoded."""

    HEADER = "header"
    TEXT = "text"
    HTML = "html"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap for one value of each reader."""

    field: Field
    place: Place


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The pieces of a message in order: fixed octets and gaps take turns."""

    pieces: tuple[bytes | Gap, ...]

    def pack(self) -> bytes:
        """Return the skeleton as octets for the store; NUL separates the pieces."""
        return b"\0".join(
            f"{piece.field}/{piece.place}".encode() if isinstance(piece, Gap) else piece
            for piece in self.pieces
        )


def unpack(octets: bytes) -> Skeleton:
    """Return the skeleton that `pack` made octets of."""
    pieces: list[bytes | Gap] = []
    for number, part in enumerate(octets.split(b"\0")):
        if number % 2:
            field, place = part.decode().split("/")
            pieces.append(Gap(Field(field), Place(place)))
        else:
            pieces.append(part)
    return Skeleton(tuple(pieces))


def compile_letter(
    letter: Letter, header_fields: HeaderFields, extras: Extras = NO_EXTRAS
) -> Skeleton:
    """Return the skeleton of a letter with its header, invitation, images and files."""
    pieces: list[bytes | Gap] = [
        Gap(piece, Place.HEADER) if isinstance(piece, Field) else piece
        for piece in header.fields(letter, header_fields)
    ]
    pieces.append(b"MIME-Version: 1.0\r\n")
    pieces += _mixed(letter, extras, _boundary(letter))
    pieces.append(b"\r\n")
    return Skeleton(tuple(_alternating(pieces)))


def _mixed(letter: Letter, extras: Extras, boundary: str) -> list[bytes | Gap]:
    """Return the MIME entity of a message: the letter, then the attached files."""
    alternative = _alternative(letter, extras, f"=_a{boundary}")
    attached: list[list[bytes | Gap]] = [[parts.file_part(f)] for f in extras.files]
    calendar = extras.calendar
    if calendar is not None:
        named = parts.parameter("name", calendar.name)
        disposition = parts.parameter("filename", calendar.name)
        attached.append(
            _text(
                f"application/ics{named}\r\n"
                f"Content-Disposition: attachment{disposition}",
                calendar.text,
                Place.CALENDAR,
            )
        )
    if not attached:
        return alternative
    return _multipart("mixed", f"=_m{boundary}", [alternative, *attached])


def _alternative(letter: Letter, extras: Extras, boundary: str) -> list[bytes | Gap]:
    """Return the letter as text, as HTML with its images, and the invitation."""
    html = _text("text/html; charset=utf-8", letter.html, Place.HTML)
    if extras.images:
        images: list[list[bytes | Gap]] = [[parts.file_part(f)] for f in extras.images]
        kind = 'related; type="text/html"'
        html = _multipart(kind, boundary.replace("=_a", "=_r"), [html, *images])
    choices = [_text("text/plain; charset=utf-8", letter.text, Place.TEXT), html]
    if extras.calendar is not None:
        method = extras.calendar.method
        kind = f"text/calendar; charset=utf-8; method={method}"
        choices.append(_text(kind, extras.calendar.text, Place.CALENDAR))
    return _multipart("alternative", boundary, choices)


def _multipart(
    kind: str, boundary: str, children: Sequence[list[bytes | Gap]]
) -> list[bytes | Gap]:
    whole: list[bytes | Gap] = [
        f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n'.encode()
    ]
    for child in children:
        whole.append(f"\r\n--{boundary}\r\n".encode())
        whole += child
    whole.append(f"\r\n--{boundary}--".encode())
    return whole


def _text(kind: str, text: str, place: Place) -> list[bytes | Gap]:
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return [head.encode(), *_body(text, place)]


def _body(text: str, place: Place) -> Iterator[bytes | Gap]:
    """Yield an encoded body, cut at its placeholders; a gap is between soft breaks."""
    position = 0
    for mark in marks.MARK.finditer(text):
        before = encode.quoted_printable(text[position : mark.start()])
        yield before + encode.SOFT_BREAK
        yield Gap(Field(mark[1]), place)
        position = mark.end()
        yield encode.SOFT_BREAK
    yield encode.quoted_printable(text[position:])


def _alternating(pieces: list[bytes | Gap]) -> Iterator[bytes | Gap]:
    """Join neighbouring octets, so that every second piece is a gap."""
    fixed = b""
    for piece in pieces:
        if isinstance(piece, Gap):
            yield fixed
            yield piece
            fixed = b""
        else:
            fixed += piece
    yield fixed


def _boundary(letter: Letter) -> str:
    digest = hashlib.sha256(f"{letter.subject}\0{letter.text}\0{letter.html}".encode())
    return digest.hexdigest()[:32]
