"""The parts of a letter beside its text: an invitation, images, attached files.

A file name may be in any script. It is written as RFC 2231 says, with an ASCII name for
old mail programs.
"""

import base64
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

_SEGMENT = 50  # characters of one RFC 2231 segment
_TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file in every message of a letter."""

    name: str
    type: str  # media type
    octets: bytes
    content_id: str | None = None  # of an image shown in the letter


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """An invitation: iCalendar text, cut where the attendee's line goes.

    Its lines end in a line feed.
    """

    method: str  # REQUEST or CANCEL, as METHOD in the text
    before: str
    after: str
    name: str = "invite.ics"


@dataclass(frozen=True, kw_only=True, slots=True)
class Extras:
    """All parts of a letter beside its text; most letters have none."""

    calendar: Calendar | None = None
    images: tuple[File, ...] = ()
    files: tuple[File, ...] = ()


def file_part(file: File) -> bytes:
    """Return a file as a MIME part: header and body, without a boundary."""
    disposition = "attachment" if file.content_id is None else "inline"
    lines = [f"Content-Type: {file.type}" + parameter("name", file.name)]
    if file.content_id is not None:
        lines.append(f"Content-ID: <{file.content_id}>")
    lines += [
        f"Content-Disposition: {disposition}" + parameter("filename", file.name),
        "Content-Transfer-Encoding: base64",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + _base64(file.octets)


def _base64(octets: bytes) -> bytes:
    return base64.encodebytes(octets).replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def parameter(name: str, text: str) -> str:
    """Return a MIME parameter on folded lines, for a text in any script (RFC 2231)."""
    if _TOKEN.fullmatch(text) and len(text) <= _SEGMENT:
        return f";\r\n {name}={text}"
    if text.isascii() and text.isprintable() and len(text) <= _SEGMENT:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f';\r\n {name}="{escaped}"'
    if name == "name":  # for programs without RFC 2231; others read filename*
        return f';\r\n {name}="{_ascii_name(text)}"'
    encoded = quote(text, safe="!#$&+-.^_`|~")
    if len(encoded) <= _SEGMENT:
        return f";\r\n {name}*=utf-8''{encoded}"
    pieces = [
        f"utf-8''{part}" if not number else part
        for number, part in enumerate(_segments(encoded))
    ]
    return "".join(
        f";\r\n {name}*{number}*={piece}" for number, piece in enumerate(pieces)
    )


def _segments(encoded: str) -> list[str]:
    """Return a percent-encoded text in segments that split no escape."""
    return re.findall(rf".{{1,{_SEGMENT}}}(?<!%)(?<!%.)", encoded)


def _ascii_name(text: str) -> str:
    """Return an ASCII file name with the same extension."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    stem, dot, ending = flat.rpartition(".")
    kept = re.sub(r"[^A-Za-z0-9-]+", "-", stem if dot else flat).strip("-")
    return (kept or "file")[: _SEGMENT - 10] + (f".{ending[:8]}" if dot else "")
