"""Reads address books in vCard 2.1, 3.0 and 4.0 as rows, a contact a row."""

import quopri
import re
from codecs import BOM_UTF8, EncodedFile
from collections.abc import Callable, Iterator
from functools import cache
from typing import BinaryIO, NamedTuple, Protocol

from audiences.errors import FileRefusedError
from audiences.intake.encodings.evidence import Decoding

_BEGIN = b"BEGIN:VCARD"
_MARKS = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"  # of encodings, and empty lines
HEADER = [
    *("vcard email", "vcard name", "vcard organisation", "vcard title"),
    *("vcard telephone", "vcard address", "vcard country", "vcard language"),
    *("vcard url", "vcard categories", "vcard note", "vcard timezone"),
    *("vcard roles", "vcard left out"),
]
MAX_LINE = 1_000_000  # octets
MAX_CARD = 10_000_000  # octets of an entry, with its picture
_PEEK = 1_000  # octets that show whether a character has two
_KIND, _ROLE = "vcard kind", "vcard role"
_LEFT_OUT = "vcard left out"
_IN_LINES = {"vcard note", "vcard address"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SIMPLE = {
    "TITLE": "vcard title",
    "ROLE": _ROLE,
    "TEL": "vcard telephone",
    "LANG": "vcard language",
    "URL": "vcard url",
    "CATEGORIES": "vcard categories",
    "NOTE": "vcard note",
    "TZ": "vcard timezone",
    "X-LIAISON-ROLES": "vcard roles",  # of our exports, whose ROLE says them in words
    "X-LIAISON-LEFT-OUT": _LEFT_OUT,
    "KIND": _KIND,
    "X-ADDRESSBOOKSERVER-KIND": _KIND,
}
_BETWEEN = {"vcard note": " ", "vcard language": " "}


class SupportsReadline(Protocol):
    """A file of octets that is read line by line."""

    def readline(self, size: int, /) -> bytes:
        """Return the next line, of at most `size` octets; empty at the end."""
        ...


class _Line(NamedTuple):
    """One property: its name in capitals, its parameters, and its value."""

    name: str
    parameters: dict[str, str]
    value: str


def begins(start: bytes) -> bool:
    """Whether a file with these first octets is an address book."""
    return start.replace(b"\0", b"").lstrip(_MARKS).upper().startswith(_BEGIN)


def rows(
    file: BinaryIO, name: str, reading: Callable[[], Decoding]
) -> Iterator[list[str]]:
    """Yield the headings, then a row for each entry; raise FileRefusedError.

    `reading` finds how the file is to be read; it is asked when a text names no
    encoding and is not UTF-8, and when the file has octets NUL.
    """
    yield HEADER
    card: dict[str, list[str]] | None = None
    size = 0
    codec = cache(lambda: reading().codec)
    wide = b"\0" in file.read(_PEEK)
    file.seek(0)
    octets: SupportsReadline = EncodedFile(file, "utf-8", codec()) if wide else file
    for number, line in _lines(octets, name, codec):
        if line.name == "BEGIN" and line.value.strip().upper() == "VCARD":
            card, size = {}, 0
        elif line.name == "END" and card is not None:
            _tidy(card)
            row = [_joined(heading, card.get(heading, [])) for heading in HEADER]
            yield [] if card.get(_KIND) == ["group"] else row  # that only lists others
            card = None
        elif card is None:
            raise FileRefusedError(
                f"{name}, line {number}: found {line.name[:40]!r}; expected"
                " BEGIN:VCARD; export the address book again"
            )
        else:
            _take(card, line)
            size += len(line.value)
        if size > MAX_CARD:
            raise FileRefusedError(
                f"{name}, line {number}: an entry of more than {MAX_CARD:,} characters"
            )
    if card is not None:
        raise FileRefusedError(
            f"{name} ends inside an entry; expected END:VCARD; export it again"
        )


def _tidy(card: dict[str, list[str]]) -> None:
    """Remove what an entry has only because vCard asks for it, or twice."""
    if card.get("vcard name") == card.get("vcard organisation", [])[:1]:
        card.pop("vcard name", None)  # the entry of an organisation
    if "vcard roles" in card:
        card.pop(_ROLE, None)
    titles = card.pop("vcard title", []) + card.pop(_ROLE, [])
    if titles:
        card["vcard title"] = titles


def _joined(heading: str, values: list[str]) -> str:
    if heading == _LEFT_OUT and values:
        return f"left_out: {values[0]}"  # as an import of our tables says it
    if heading in {"vcard name", "vcard organisation", "vcard title", "vcard url"}:
        return values[0] if values else ""
    return _BETWEEN.get(heading, ", ").join(dict.fromkeys(values))


def _take(card: dict[str, list[str]], line: _Line) -> None:
    """Add a property to an entry; those without a heading are left out."""

    def add(heading: str, text: str) -> None:
        lines = [" ".join(line.split()) for line in text.split("\n")]
        bare = ("\n" if heading in _IN_LINES else " ").join(filter(None, lines))
        if bare:
            card.setdefault(heading, []).append(bare)

    parts = [_plain(each) for each in _split(line.value, ";")]
    if line.name == "EMAIL":
        kinds = " ".join((*line.parameters, *line.parameters.values())).upper()
        if "X400" not in kinds:
            address = _plain(line.value).removeprefix("mailto:")
            add("vcard email", address)
    elif line.name == "FN":
        card["vcard name"] = [" ".join(_plain(line.value).split())]
    elif line.name == "N" and "vcard name" not in card:
        family, given, middle = (*parts, "", "", "")[:3]
        add("vcard name", f"{given} {middle} {family}")
    elif line.name == "ORG":
        add("vcard organisation", parts[0])
    elif line.name == "ADR":
        parts = [*parts, *[""] * (7 - len(parts))]
        add("vcard address", ", ".join(each for each in parts[:6] if each.strip()))
        add("vcard country", parts[6])
    elif line.name in _SIMPLE:
        add(_SIMPLE[line.name], _plain(line.value).removeprefix("tel:"))


def _plain(value: str) -> str:
    """Return a value without the backslashes of vCard."""
    return _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def _split(value: str, mark: str) -> list[str]:
    """Split at a mark that has no backslash before it."""
    return re.split(rf"(?<!\\){mark}", value)


def _lines(
    file: SupportsReadline, name: str, codec: Callable[[], str]
) -> Iterator[tuple[int, _Line]]:
    """Yield the properties, unfolded and decoded, with the number of their line."""
    pending, begun, is_quoted = bytearray(), 1, False
    for number, raw in enumerate(_octets(file, name), start=1):
        line = raw.rstrip(b"\r\n").removeprefix(BOM_UTF8)
        if is_quoted and pending.endswith(b"="):
            pending[-1:] = line
        elif line[:1] in {b" ", b"\t"} and pending:
            pending += line[1:]
        else:
            if pending.strip():
                yield begun, _line(bytes(pending), name, begun, codec)
            pending, begun = bytearray(line), number
            is_quoted = b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
        if len(pending) > MAX_CARD:
            raise FileRefusedError(
                f"{name}, line {begun}: more than {MAX_CARD:,} octets"
            )
    if pending.strip():
        yield begun, _line(bytes(pending), name, begun, codec)


def _octets(file: SupportsReadline, name: str) -> Iterator[bytes]:
    number = 0
    while raw := file.readline(MAX_LINE):
        number += 1
        if len(raw) == MAX_LINE:
            raise FileRefusedError(
                f"{name}, line {number}: more than {MAX_LINE:,} octets"
            )
        yield raw


def _line(raw: bytes, name: str, number: int, codec: Callable[[], str]) -> _Line:
    head, colon, value = raw.partition(b":")
    if b'"' in head:  # a parameter in quotation marks may have a colon
        match = re.match(rb'((?:[^":]|"[^"]*")*):(.*)', raw, re.DOTALL)
        head, value = (match[1], match[2]) if match else (head, value)
    if not colon:
        raise FileRefusedError(
            f"{name}, line {number}: found {raw[:40]!r}; expected NAME:VALUE"
        )
    label, *rest = head.decode("ascii", "replace").split(";")
    parameters = {}
    for each in rest:
        key, _, given = each.partition("=")
        parameters[key.strip().upper()] = given.strip('"')
    encoding = parameters.get("ENCODING", "").upper()
    if encoding == "QUOTED-PRINTABLE" or "QUOTED-PRINTABLE" in parameters:
        value = quopri.decodestring(value)
    property_name = label.rpartition(".")[2].strip().upper()
    if encoding in {"B", "BASE64"} or "BASE64" in parameters:
        return _Line(property_name, parameters, "")
    charset = parameters.get("CHARSET", "utf-8")
    try:
        text = _decoded(value, charset, codec if "CHARSET" not in parameters else None)
    except (LookupError, UnicodeDecodeError):
        raise FileRefusedError(
            f"{name}, line {number}: the text is not {charset[:40]}; export the address"
            " book as vCard 3.0 or 4.0"
        ) from None
    return _Line(property_name, parameters, text)


def _decoded(value: bytes, charset: str, codec: Callable[[], str] | None) -> str:
    """Return a text; `codec` finds its encoding if it is not the usual one."""
    try:
        return value.decode(charset)
    except UnicodeDecodeError:
        if codec is None:
            raise
        return value.decode(codec())
