"""Searches names as people type them: without case and accents, in any script.

PostgreSQL folds by an expression; SQLite has no such function, so each connection gets
one. It is called only for names that may be another text when they are folded.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, cast, func, or_, text
from sqlalchemy.orm import InstrumentedAttribute

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
FUNCTION = "liaison_folded"  # of SQLite
_MARKS = "[\u0300-\u036f\u064b-\u0652]"  # accents, and the vowels of Arabic
_LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ı": "i",
    "ς": "σ",
}
_PATTERN = re.compile(_MARKS)
# Characters that become ASCII, or nothing, when they are folded, and their neighbours;
# not the dashes and quotation marks of many names, nor the letters of other scripts.
TO_ASCII = (
    "\u00a0-\u0233\u02b0-\u0385\u064b-\u0652\u1d2c-\u200a\u2017\u2024-\u2027\u202f-\u309c"
    "\u3200-\u33ff\ua7f2-\ua7f9\ufb00-\uffff\U00010783-\U0010ffff"
)


class _Folded(dict[int, str]):
    """The folded text of each character; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        spread = unicodedata.normalize("NFKD", chr(code)).lower()
        found = "".join(_LETTERS.get(each, each) for each in _PATTERN.sub("", spread))
        self[code] = found
        return found


_TABLE = _Folded()


def folded(name: str | None) -> str | None:
    """Return a name as it is compared: Société and SOCIETE are one."""
    if name is None or name.isascii():
        return name and name.lower()
    return name.translate(_TABLE)


def contains(column: Column, part: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Return the condition that a text is part of a column, both folded."""
    wanted = folded(part) or ""
    spread = _folded(column, sqlite=sqlite).contains(wanted, autoescape=True)
    if sqlite:  # its LIKE takes capital and small letters of ASCII for the same
        plain = column.contains(wanted, autoescape=True)
        return or_(plain, and_(_may_fold_to(column, wanted), spread))
    plain = func.lower(column).contains(wanted, autoescape=True)
    return or_(plain, and_(func.octet_length(column) != func.length(column), spread))


def _may_fold_to(column: Column, wanted: str) -> ColumnElement[bool]:
    """Return the condition that folding a column may make a text part of it."""
    if wanted.isascii():
        return column.op("GLOB", is_comparison=True)(f"*[{TO_ASCII}]*")
    return func.length(cast(column, LargeBinary)) != func.length(column)


def _folded(column: Column, *, sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return func.liaison_folded(column)
    spread = func.normalize(column, text("NFKD"))
    found = func.lower(func.regexp_replace(spread, _MARKS, "", "g"))
    for letter, plain in _LETTERS.items():
        found = func.replace(found, letter, plain)
    return found
