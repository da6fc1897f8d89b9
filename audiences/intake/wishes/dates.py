"""Tells days and numbers in cells about opt-outs, as programs and people write them."""

import re
from functools import cache

from babel import Locale

from audiences.intake.mapping import synonyms

LONGEST = 60  # characters of a day with its hour
_DIGITS = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*"
    r"|\d{8}T\d{2,6}Z?|\d{4}年.*"
)
# what programs export where there is no day
_ZERO = re.compile(
    r"(?:0000|0001|1899|1900)[-/.](?:00|01|12)[-/.](?:00|01|30|31)(?!\d).*"
    r"|(?:00|0?1|30)[-/.](?:00|0?1|12)[-/.](?:0000|0001|1899|1900)(?!\d).*"
    r"|1970[-/.]01[-/.]01(?!\d).*"
)
_NUMBER = re.compile(r"\d+(?:[.,]0+)?")
_NUMBERS = 2  # of a day with the name of its month: the day and the year
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_BETWEEN = frozenset(
    (
        *("de", "of", "le", "du", "am", "pm", "utc", "gmt", "at", "um"),
        *("st", "nd", "rd", "th", "t", "z", "г", "года"),
    )
)


def is_none(cell: str) -> bool:
    """Whether a cell is a day that programs export where there is none."""
    return _ZERO.fullmatch(cell.strip()) is not None


def is_zero(cell: str) -> bool:
    """Whether a cell is the number 0."""
    return is_number(cell) and float(cell.replace(",", ".")) == 0


def is_number(cell: str) -> bool:
    """Whether a cell is a whole number, perhaps as spreadsheets write it: 1.0."""
    return _NUMBER.fullmatch(cell) is not None


def is_day(cell: str) -> bool:
    """Whether a cell is a day, in digits or with the name of its month."""
    if _DIGITS.fullmatch(cell):
        return True
    if len(cell) > LONGEST:
        return False
    parts = [synonyms.fold(each) for each in _PARTS.findall(cell)]
    named = [each for each in parts if each in _months()]
    numbers = [each for each in parts if each.isdecimal()]
    others = set(parts) - {*named, *numbers} - _BETWEEN - _days()
    return len(named) == 1 and len(numbers) >= _NUMBERS and not others


@cache
def _months() -> frozenset[str]:
    return _names("months")


@cache
def _days() -> frozenset[str]:
    return _names("days")


def _names(what: str) -> frozenset[str]:
    """Return the names of months or days in all languages, folded."""
    found = frozenset(
        synonyms.fold(name)
        for language in synonyms.LANGUAGES
        for form in getattr(Locale(language), what).values()
        for width in ("wide", "abbreviated")
        for name in form[width].values()
    )
    return frozenset(each for each in found if not each[:1].isdecimal())
