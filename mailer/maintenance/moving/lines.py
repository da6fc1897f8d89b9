"""Rows as lines of text, the same for both stores: what PostgreSQL's COPY writes.

A line is a row without its line feed, its values between tabs. PostgreSQL writes and
reads lines itself; for SQLite they are made from values, and turned into values. So the
digest of a table's lines is the same in both stores exactly if its rows are.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    String,
    Table,
)
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

NULL = r"\N"
UTC = "+00"  # as PostgreSQL writes it
_ESCAPES = {
    "\\": r"\\",
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "\v": r"\v",
}
_TRANSLATED = str.maketrans(_ESCAPES)
_SPECIAL = re.compile(r"[\\\x00\x08-\x0d]")  # faster than to translate every text
_ESCAPED = re.compile(r"\\(.)")
_PLAIN = {written[1]: plain for plain, written in _ESCAPES.items()}
_FIRST, _LAST = -4, 15  # powers of ten that PostgreSQL writes without an exponent
_SIZE = 32  # octets of a digest
_MODULUS = 1 << (8 * _SIZE)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of column is written to a line, and read for SQLite."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class RowForm:
    """The columns of a table, and how its rows are written and read."""

    table: str
    names: Sequence[str]
    kinds: Sequence[_Kind]

    def line(self, row: Sequence[Any]) -> bytes:
        """Return the line of a row of SQLite; raise ValueError if it has none."""
        return "\t".join(
            [
                NULL if value is None else kind.write(value)
                for kind, value in zip(self.kinds, row, strict=True)
            ]
        ).encode()

    def row(self, line: bytes) -> list[Any]:
        """Return the values of a line, as SQLite stores them."""
        return [
            None if text == NULL else kind.read(text)
            for kind, text in zip(self.kinds, line.decode().split("\t"), strict=True)
        ]


class Digest:
    """The number of lines, and a digest of them in no order, by BLAKE2b."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, lines: Sequence[bytes]) -> None:
        """Count lines in."""
        self.rows += len(lines)
        added = sum(
            int.from_bytes(hashlib.blake2b(line, digest_size=_SIZE).digest(), "big")
            for line in lines
        )
        self._sum = (self._sum + added) % _MODULUS

    def __eq__(self, other: object) -> bool:
        """Whether both are of the same lines."""
        return isinstance(other, Digest) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __str__(self) -> str:
        """Return the digest in hexadecimal."""
        return self._sum.to_bytes(_SIZE, "big").hex()


def form(table: Table) -> RowForm:
    """Return the form of a table."""
    columns = list(table.columns)
    return RowForm(
        table=table.name,
        names=[each.name for each in columns],
        kinds=[_kind(each) for each in columns],
    )


def _kind(column: Column[Any]) -> _Kind:
    plain = _undecorated(column.type)
    for known, kind in _KINDS:
        if isinstance(plain, known):
            return kind
    raise TypeError(f"no form for the column {column}: {plain!r}")


def _undecorated(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    if not _SPECIAL.search(text):
        return text
    if "\0" in text:
        raise ValueError("it has the character NUL")
    return text.translate(_TRANSLATED)


def _read_text(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), text)


def _whole(value: Any) -> str:
    if not isinstance(value, int):
        raise ValueError("it is no whole number")  # noqa: TRY004 (a fault of the data)
    return str(int(value))


def _yes_or_no(value: Any) -> str:
    if value not in (0, 1):
        raise ValueError("it is neither true nor false")
    return "t" if value else "f"


def _moment(value: Any) -> str:
    """Return an instant as PostgreSQL writes it: no zeros at the end of a fraction."""
    text = str(value)
    whole, point, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{point}{fraction}{UTC}" if fraction else f"{whole}{UTC}"


def _read_moment(text: str) -> str:
    """Return an instant as SQLAlchemy writes it to SQLite, with six digits."""
    whole, _, fraction = text.removesuffix(UTC).partition(".")
    return f"{whole}.{fraction:0<6}"


def _octets(value: Any) -> str:
    octets = value.encode() if isinstance(value, str) else bytes(value)
    return rf"\\x{octets.hex()}"


def _read_octets(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix(r"\\x"))


def _number(value: Any) -> str:
    """Return a number as PostgreSQL writes it, in the fewest digits that name it."""
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("it is no number")  # noqa: TRY004 (a fault of the data)
    first = len(digits) - 1 + exponent
    minus, text = "-" if sign else "", "".join(map(str, digits))
    if not _FIRST <= first < _LAST and digits != (0,):
        mantissa = f"{text[0]}.{text[1:]}" if text[1:] else text
        return f"{minus}{mantissa}e{first:+03d}"
    return f"{minus}{Decimal((0, digits, exponent)):f}"


_KINDS: Sequence[tuple[type[TypeEngine[Any]], _Kind]] = (
    (Boolean, _Kind(_yes_or_no, lambda text: int(text == "t"))),
    (Integer, _Kind(_whole, int)),
    (Double, _Kind(_number, float)),
    (DateTime, _Kind(_moment, _read_moment)),
    (Date, _Kind(str, str)),
    (LargeBinary, _Kind(_octets, _read_octets)),
    (JSON, _Kind(_text, _read_text)),
    (String, _Kind(_text, _read_text)),
)
