"""Reads rosters: texts of addresses, with names beside them and without headings.

List servers print them, and people copy them from a field “To”:
`"Example, Ada" <ada@x.example>`, `ada@x.example Ada`, `a@x.example; b@y.example`.
A dump of Sympa has paragraphs of lines such as `email ada@x.example`.
"""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from audiences.errors import FileRefusedError
from audiences.intake.encodings.evidence import Decoding

MAX_LINE = 1_000_000  # characters
LOOKED_AT = 20  # lines
DUMPED = (
    *("email", "gecos", "reception", "visibility", "date", "update_date", "bounce"),
    "suspend",
)
_PIECE = re.compile(r'(?:"[^"]*"|[^,;"])+|"')  # up to a comma or semicolon
_LABEL = re.compile(  # of the field of a message that the line was copied from
    r"^(?:to|cc|bcc|cci|an|à|para|кому|копия|收件人|抄送)[ \t]{0,3}[:：]", re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"<[^<>\s]*@[^<>\s]*>")
_FIELD = re.compile(r"(?P<key>[a-z_]{2,30})(?:\s+(?P<value>.*))?")


class Roster(Enum):
    """A kind of roster; the value describes it in the report."""

    LINES = "a roster without headings"
    DUMP = "a dump of Sympa"


def tell(path: Path, decoding: Decoding) -> Roster | None:
    """Return which kind of roster a text is; None if it is another list."""
    lines = []
    for line in _lines(path, decoding):
        if line.strip():
            lines.append(line.strip())
        if len(lines) == LOOKED_AT:
            break
    if not lines:
        return None
    if all(map(_FIELD.fullmatch, lines)) and any(map(_is_email, lines)):
        return Roster.DUMP
    if not all("@" in line for line in lines):
        return None
    several = any(len(_split(line)) > 1 for line in lines)
    named = any(map(_is_named, lines))
    return Roster.LINES if several or named else None


def rows(path: Path, decoding: Decoding, kind: Roster) -> Iterator[list[str]]:
    """Yield a row of headings, then one for each address."""
    lines = _lines(path, decoding)
    return _dumped(lines) if kind is Roster.DUMP else _addresses(lines)


def _addresses(lines: Iterator[str]) -> Iterator[list[str]]:
    yield ["address"]
    for full in lines:
        line = _LABEL.sub("", full.strip())
        for piece in _split(line) or [line.strip()]:
            yield [_turned(piece) or piece]


def _dumped(lines: Iterator[str]) -> Iterator[list[str]]:
    yield list(DUMPED)
    member: dict[str, str] = {}
    for line in lines:
        match = _FIELD.fullmatch(line.strip())
        if match is not None:
            member[match["key"]] = match["value"] or ""
        elif not line.strip() and member:
            yield [member.get(key, "") for key in DUMPED]
            member = {}
    if member:
        yield [member.get(key, "") for key in DUMPED]


def _split(line: str) -> list[str]:
    """Return the addresses of a line, each with the name beside it.

    Each has one @. `Example, Ada <ada@x.example>` is one.
    """
    found: list[str] = []
    before = ""
    for match in _PIECE.finditer(line):
        piece = f"{before}{match[0].strip()}"
        if "@" in piece:
            found.append(piece)
            before = ""
        elif piece:
            before = f"{piece}, "
    if found and before:  # words after the last address
        found[-1] += f", {before.rstrip(', ')}"
    return found


def _is_named(line: str) -> bool:
    """Whether a line has one address with a name beside it, and no other cells."""
    if len(_split(line)) != 1 or any(mark in line for mark in "\t|;"):
        return False
    if _IN_BRACKETS.search(line):
        return line.rstrip().endswith(">")
    return _turned(line) is not None


def _turned(line: str) -> str | None:
    """Return `ada@x.example Ada` as `Ada <ada@x.example>`; None if it is not so."""
    address, _, name = line.strip().partition(" ")
    if "@" not in address or not name.strip() or any(each in line for each in "<>,;"):
        return None
    return None if "@" in name else f"{name.strip()} <{address}>"


def _is_email(line: str) -> bool:
    return line.startswith("email ") and "@" in line


def _lines(path: Path, decoding: Decoding) -> Iterator[str]:
    try:
        with path.open(encoding=decoding.codec, errors=decoding.errors) as file:
            number = 0
            while line := file.readline(MAX_LINE):
                number += 1
                if len(line) == MAX_LINE:
                    raise FileRefusedError(
                        f"{path.name}, row {number}: a line of more than"
                        f" {MAX_LINE:,} characters"
                    )
                yield line.lstrip("\ufeff")
    except UnicodeError:
        raise FileRefusedError(
            f"{path.name} is not a text in the encoding {decoding.name}"
        ) from None
