"""Reads days as people write them: 2027-06-15, 15 June 2027, 15.06.2027, 2027年6月15日.

Months and weekdays may be in any language of letters. A day that can be read in two
ways, or that the calendar does not have, is refused with a sentence.
"""

import calendar
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
_CHINESE = re.compile(
    r"(?:(?:(\d{4})\s?年\s?)?(\d{1,2})\s?月\s?)?(\d{1,2})\s?[日号號]?"
)
_DOTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:\s?(?:г\.?|года))?")
_UNCLEAR = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{2}|\d{4})")
_FILLERS = {
    *("of", "the", "on", "st", "nd", "rd", "th", "le", "er", "ᵉʳ", "de", "del", "el"),
    *(
        "ro",
        "го",
        "г",
        "года",
        "в",
        "во",
        "º",
        "ª",
        "°",
        "-",
        "di",
        "den",
        "في",
        "من",
        "م",
    ),
}
_YEARS = range(1900, 2200)


class DayError(ValueError):
    """A text is not one certain day; the message says what was found and expected."""


class NotOneDayError(DayError):
    """A text is not written as one whole day."""


def read(text: str) -> date:
    """Return the day that a text is; raise DayError if it is not one."""
    written = _plain(text)
    if unclear := _UNCLEAR.fullmatch(written):
        raise DayError(_which(text, unclear))
    if _WEEK.fullmatch(written):
        return _of_week(written, text)
    part = part_of(text)
    if part is None or not (part.year and part.month):
        raise NotOneDayError(_not_one(text, part))
    return part.whole(text)


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenDay:
    """A day as far as it is written, such as `3` of "3 to 5 May"; 0: not written."""

    day: int
    month: int
    year: int
    weekdays: frozenset[int] = frozenset()

    def whole(self, text: str) -> date:
        """Return the day; raise DayError if there is none, with `text` in words."""
        found = _day(self.year, self.month, self.day, text)
        if self.weekdays - {found.weekday()}:
            name = calendar.day_name[found.weekday()]
            raise DayError(
                f"{text[:60]!r}: {found} is a {name}; correct one of the two"
            )
        return found


def part_of(text: str) -> WrittenDay | None:
    """Return the one day in a text as far as it is written; None if that is unclear."""
    spoken, weekdays = _without(_plain(text), _weekdays())
    numbers = _YEAR_FIRST.fullmatch(spoken) or _COMPACT.fullmatch(spoken)
    if numbers:
        year, month, day = (int(each) for each in numbers.groups() if each.isdigit())
    elif numbers := _CHINESE.fullmatch(spoken):
        year, month, day = (int(each or 0) for each in numbers.groups())
    elif numbers := _DOTS.fullmatch(spoken):
        day, month, year = (int(each) for each in numbers.groups())
    else:
        return _in_words(spoken, frozenset(weekdays))
    return WrittenDay(day=day, month=month, year=year, weekdays=frozenset(weekdays))


def _plain(text: str) -> str:
    """Return a text with plain digits, commas, hyphens and single spaces."""
    written = " ".join(plain(text).replace("،", ",").split())
    written = _DASHES.sub("-", written)
    return _NUMERALS.sub(lambda each: str(east_asian.number(each[0])), written)


def _not_one(text: str, part: WrittenDay | None) -> str:
    """Return the sentence on a text that is not one whole day."""
    if part is not None and part.month:
        return f"{text[:60]!r} has no year; {_EXPECTED}"
    return f"{text[:60]!r} is not one day; {_EXPECTED}; its hour has a line time: …"


def _of_week(written: str, text: str) -> date:
    try:
        return date.fromisoformat(written.upper())
    except ValueError:
        raise DayError(f"{text[:60]!r} is not a day; {_EXPECTED}") from None


def _in_words(spoken: str, weekdays: frozenset[int]) -> WrittenDay | None:
    """Return the day of a text in which the month has its name, or is missing."""
    rest, months = _without(spoken, _months())
    words = re.findall(r"\d+|[^\W\d]+|[^\w\s,./]", rest)
    years = [each for each in words if each.isdigit() and len(each) == 4]  # noqa: PLR2004
    days = [each for each in words if each.isdigit() and len(each) <= 2]  # noqa: PLR2004
    others = [each for each in words if not each.isdigit()]
    known = len(words) == len(years) + len(days) + len(others)
    known = known and all(each.lower() in _FILLERS for each in others)
    if not known or len(days) != 1 or len(months) > 1 or len(years) > 1:
        return None
    return WrittenDay(
        day=int(days[0]),
        month=next(iter(months), 0),
        year=int(years[0]) if years else 0,
        weekdays=weekdays,
    )


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
