"""Searches names as people type them: without case and accents, in any script.

PostgreSQL folds by an expression; SQLite has no such function, so each connection gets
one. Most names are ASCII, and those are compared without it.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, and_, cast, func, or_, text
from sqlalchemy.orm import InstrumentedAttribute

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
FUNCTION = "liaison_folded"  # of SQLite
_MARKS = "[\u0300-\u036f\u064b-\u0652]"  # accents, and the vowels of Arabic
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
_TABLE = str.maketrans(_LETTERS)
_PATTERN = re.compile(_MARKS)


def folded(name: str | None) -> str | None:
    """Return a name as it is compared: Société and SOCIETE are one."""
    if name is None or name.isascii():
        return name and name.lower()
    plain = _PATTERN.sub("", unicodedata.normalize("NFKD", name))
    return _PATTERN.sub("", plain.lower()).translate(_TABLE)


def contains(column: Column, part: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Return the condition that a text is part of a column, both folded."""
    wanted = folded(part) or ""
    plain = func.lower(column).contains(wanted, autoescape=True)
    octets = (
        func.length(cast(column, LargeBinary)) if sqlite else func.octet_length(column)
    )
    spread = _folded(column, sqlite=sqlite).contains(wanted, autoescape=True)
    return or_(plain, and_(octets != func.length(column), spread))


def _folded(column: Column, *, sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return func.liaison_folded(column)
    spread = func.normalize(column, text("NFKD"))
    found = func.lower(func.regexp_replace(spread, _MARKS, "", "g"))
    for letter, plain in _LETTERS.items():
        found = func.replace(found, letter, plain)
    return found
