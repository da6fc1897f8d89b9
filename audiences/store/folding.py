"""Searches names as people type them: without case and accents, in any script.

PostgreSQL folds by an expression; SQLite has no such function, so each connection gets
one. It is called only for texts that are not ASCII.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, case, cast, func, text
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


def spread(column: Column, *, sqlite: bool) -> ColumnElement[Any]:
    """Return a column folded, as `folded` does it."""
    octets = (
        func.length(cast(column, LargeBinary)) if sqlite else func.octet_length(column)
    )
    return case(
        (octets == func.length(column), func.lower(column)),
        else_=_folded(column, sqlite=sqlite),
    )


def _folded(column: Column, *, sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return func.liaison_folded(column)
    spread = func.normalize(column, text("NFKD"))
    found = func.lower(func.regexp_replace(spread, _MARKS, "", "g"))
    for letter, plain in _LETTERS.items():
        found = func.replace(found, letter, plain)
    return found
