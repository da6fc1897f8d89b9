"""Reads days as people write them: 2027-06-15, 15 June 2027, 15.06.2027, 2027年6月15日.

Months and weekdays may be in any language of letters. A day that can be read in two
ways, or that the calendar does not have, is refused with a sentence.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from babel import Locale

from audiences.languages import OFFERED
from mailer.rendering.language.catalogues import EASTERN
from mailer.rendering.markup import east_asian
from mailer.rendering.timing.spans import plain

_OTHERS = ("de", "pt", "it")  # often found in letters, though none is offered in them
_EXPECTED = "expected a day such as 2027-06-15 or 15 June 2027"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\.?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_DASHES = re.compile(r"(?<=\d)[‐‑‒–−](?=\d)")
_WEEK = re.compile(r"\d{4}-?W\d\d(-?\d)?", re.IGNORECASE)
_OTHER_NAMES = {"setiembre": 9, "يونيه": 6, "يوليه": 7, "إبريل": 4, "جوان": 6}
_NUMERALS = re.compile("[〇零一二三四五六七八九十]{1,4}(?=[年月日号號])")
_CHINESE = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號]")
_DOTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:\s?(?:г\.?|года))?")
_UNCLEAR = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{2}|\d{4})")
_FILLERS = {
    *("of", "the", "on", "st", "nd", "rd", "th", "le", "er", "ᵉʳ", "de", "del", "el"),
    *("г", "года", "в", "во", "º", "ª", "°", "-", "di", "den", "في", "من", "م"),
}
_YEARS = range(1900, 2200)


class DayError(ValueError):
    """A text is not one certain day; the message says what was found and expected."""


def read(text: str) -> date:
    """Return the day that a text is; raise DayError if it is not one."""
    written = " ".join(plain(text).replace("،", ",").split())
    written = _DASHES.sub("-", written)
    written = _NUMERALS.sub(lambda each: str(east_asian.number(each[0])), written)
    if unclear := _UNCLEAR.fullmatch(written):
        raise DayError(_which(text, unclear))
    if _WEEK.fullmatch(written):
        return _of_week(written, text)
    spoken, weekdays = _without(written, _weekdays())
    numbers = (
        _YEAR_FIRST.fullmatch(spoken)
        or _COMPACT.fullmatch(spoken)
        or _CHINESE.fullmatch(spoken)
    )
    if numbers:
        year, month, day = (int(each) for each in numbers.groups() if each.isdigit())
        found = _day(year, month, day, text)
    elif numbers := _DOTS.fullmatch(spoken):
        found = _day(int(numbers[3]), int(numbers[2]), int(numbers[1]), text)
    else:
        found = _in_words(spoken, text)
    if weekdays - {found.weekday()}:
        name = calendar.day_name[found.weekday()]
        raise DayError(f"{text[:60]!r}: {found} is a {name}; correct one of the two")
    return found


def _of_week(written: str, text: str) -> date:
    try:
        return date.fromisoformat(written.upper())
    except ValueError:
        raise DayError(f"{text[:60]!r} is not a day; {_EXPECTED}") from None


def _in_words(spoken: str, text: str) -> date:
    """Return the day of a text with the name of its month."""
    rest, months = _without(spoken, _months())
    words = re.findall(r"\d+|[^\W\d]+|[^\w\s,./]", rest)
    years = [each for each in words if each.isdigit() and len(each) == 4]  # noqa: PLR2004
    days = [each for each in words if each.isdigit() and len(each) <= 2]  # noqa: PLR2004
    others = [each for each in words if not each.isdigit()]
    if len(months) == 1 and len(days) == 1 and not years and len(words) == 1:
        raise DayError(f"{text[:60]!r} has no year; {_EXPECTED}")
    known = len(words) == len(years) + len(days) + len(others)
    known = known and all(each.lower() in _FILLERS for each in others)
    if not (known and len(months) == len(years) == len(days) == 1):
        raise DayError(
            f"{text[:60]!r} is not one day; {_EXPECTED}, with its last day in a line"
            " until: … and its hour in a line time: …"
        )
    return _day(int(years[0]), months.pop(), int(days[0]), text)


def _day(year: int, month: int, day: int, text: str) -> date:
    if year not in _YEARS or not 1 <= month <= 12:  # noqa: PLR2004
        raise DayError(f"{text[:60]!r} is not a day; {_EXPECTED}")
    longest = calendar.monthrange(year, month)[1]
    if not 1 <= day <= longest:
        month_name = calendar.month_name[month]
        raise DayError(
            f"{text[:60]!r} does not exist: {month_name} {year} has {longest} days"
        )
    return date(year, month, day)


def _which(text: str, match: re.Match[str]) -> str:
    """Return the question which day two numbers and a year are."""
    first, second = int(match[1]), int(match[3])
    year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)  # noqa: PLR2004
    possible = [
        f"{year:04}-{month:02}-{day:02}"
        for day, month in dict.fromkeys([(first, second), (second, first)])
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year or 1, month)[1]  # noqa: PLR2004
    ]
    if not possible:
        return f"{text[:60]!r} is not a day; {_EXPECTED}"
    return f"{text[:60]!r} can be read in several ways; write {' or '.join(possible)}"


def _without(text: str, names: Mapping[str, int]) -> tuple[str, set[int]]:
    """Return a text without the names in it, and what they stand for."""
    found: set[int] = set()

    def note(match: re.Match[str]) -> str:
        found.add(names[match[1].lower()])
        return " "

    rest = _pattern(tuple(names)).sub(note, text)
    return " ".join(rest.split()).strip(" ,()（）"), found


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    joined = "|".join(map(re.escape, longest_first))
    alone = r"[日号號(（,\s]"  # what a name may follow, in Chinese too
    return re.compile(
        rf"(?:(?<![^\W\d_])|(?<={alone}))({joined})\.?(?![^\W\d_])", re.IGNORECASE
    )


@cache
def _months() -> Mapping[str, int]:
    """Return the names of the months, in small letters, with their numbers."""
    named = dict(_names("months")) | _OTHER_NAMES
    return named | {EASTERN[name]: named[name] for name in EASTERN}


@cache
def _weekdays() -> Mapping[str, int]:
    """Return the same of the days of the week, without what may be a month: mar."""
    return {name: number for name, number in _names("days") if name not in _months()}


def _names(kind: str) -> Iterator[tuple[str, int]]:
    """Yield the full and shortened names that CLDR has for `kind`, months or days."""
    for language in (*OFFERED, *_OTHERS):
        table = getattr(Locale.parse(language, sep="-"), kind)
        for form in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in table[form][width].items():
                    short = name.lower().removesuffix(".")
                    if not short.isdigit():
                        yield _without_accents(short), number
                        yield short, number


def _without_accents(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name)
    return "".join(each for each in letters if not unicodedata.combining(each))
