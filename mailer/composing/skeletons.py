"""Encodes a letter once, as fixed octets with gaps for each reader's values.

A message is the pieces joined. In a quoted-printable part a gap is on a line of its own
between soft breaks, so that the fixed text is wrapped only once. The pieces of
`compile_letter` have CRLF line ends, no NUL, no line over 998 octets, and no line that
begins with a dot.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailer.composing import encode, header, parts
from mailer.composing.header import HeaderFields
from mailer.composing.parts import Extras
from mailer.errors import ContentError
from mailer.rendering.marks import Field
from mailer.rendering.source import Letter

NO_EXTRAS = Extras()
_OF_ONE_PLACE = {Field.TO, Field.ATTENDEE}  # not for the text of a letter


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
    """Return the skeleton that `pack` made octets of.

    Raises ContentError for other octets.
    """
    pieces: list[bytes | Gap] = [*octets.split(b"\0")]
    try:
        pieces[1::2] = [_gap(part) for part in octets.split(b"\0")[1::2]]
    except ValueError:
        raise ContentError("letter", "its stored octets are damaged") from None
    return Skeleton(tuple(pieces))


def _gap(octets: bytes) -> Gap:
    field, place = octets.decode().split("/")
    return Gap(Field(field), Place(place))


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
                (calendar.before, Field.ATTENDEE, calendar.after),
                Place.CALENDAR,
            )
        )
    if not attached:
        return alternative
    return _multipart("mixed", f"=_m{boundary}", [alternative, *attached])


def _alternative(letter: Letter, extras: Extras, boundary: str) -> list[bytes | Gap]:
    """Return the letter as text, as HTML with its images, and the invitation."""
    html = _text("text/html; charset=utf-8", _cut(letter, letter.html), Place.HTML)
    if extras.images:
        images: list[list[bytes | Gap]] = [[parts.file_part(f)] for f in extras.images]
        kind = 'related; type="text/html"'
        html = _multipart(kind, boundary.replace("=_a", "=_r"), [html, *images])
    text = _cut(letter, letter.text)
    choices = [_text("text/plain; charset=utf-8", text, Place.TEXT), html]
    calendar = extras.calendar
    if calendar is not None:
        kind = f"text/calendar; charset=utf-8; method={calendar.method}"
        cut = (calendar.before, Field.ATTENDEE, calendar.after)
        choices.append(_text(kind, cut, Place.CALENDAR))
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


def _cut(letter: Letter, text: str) -> Iterator[str | Field]:
    """Yield a text of a letter, cut at its marks.

    Raises ContentError at a mark that only a template could have made of others.
    """
    for piece in letter.marks.cut(text):
        if piece in _OF_ONE_PLACE and isinstance(piece, Field):
            raise ContentError("letter", f"the value {piece} cannot be in its text")
        yield piece


def _text(kind: str, pieces: Iterable[str | Field], place: Place) -> list[bytes | Gap]:
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return [head.encode(), *_body(pieces, place)]


def _body(pieces: Iterable[str | Field], place: Place) -> Iterator[bytes | Gap]:
    """Yield an encoded body; a gap is between soft breaks."""
    for piece in pieces:
        if isinstance(piece, Field):
            yield encode.SOFT_BREAK
            yield Gap(piece, place)
            yield encode.SOFT_BREAK
        else:
            yield encode.quoted_printable(piece)


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
    """Return the end of a boundary: the same for each rendering of the same content.

    A boundary has `=_`, which base64 and quoted-printable do not have.
    """
    cut = letter.marks.cut
    whole = "\0".join([letter.subject, *cut(letter.text), *cut(letter.html)])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]
