"""Strings, dates, numbers and lists in a language.

Strings are from gettext catalogues (`templates/locale/<lang>/LC_MESSAGES`), formats
from CLDR through Babel. A string without a translation is shown in English; the tests
find such strings.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache, lru_cache
from gettext import GNUTranslations
from io import BytesIO, StringIO
from typing import Any, Literal

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    get_timezone_location,
)
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from audiences.languages import OFFERED, direction
from mailer.errors import ContentError
from mailer.rendering.language import typography
from mailer.rendering.template_files import TemplateFiles

FOLDER, DOMAIN = "locale", "liaison"
# In Arabic the United Nations write both names of a month, that of the east and that of
# the west, which are not understood everywhere. CLDR has the names of the west.
EASTERN = {
    "يناير": "كانون الثاني",
    "فبراير": "شباط",
    "مارس": "آذار",
    "أبريل": "نيسان",
    "مايو": "أيار",
    "يونيو": "حزيران",
    "يوليو": "تموز",
    "أغسطس": "آب",
    "سبتمبر": "أيلول",
    "أكتوبر": "تشرين الأول",
    "نوفمبر": "تشرين الثاني",
    "ديسمبر": "كانون الأول",
}
ListStyle = Literal["standard", "or"]
_SPANISH: Mapping[ListStyle, tuple[str, str, re.Pattern[str]]] = {
    # usual word, word before such an item; not in CLDR: francés e inglés, siete u ocho
    "standard": ("y", "e", re.compile(r"h?[ií](?![aeo])", re.IGNORECASE)),
    "or": ("o", "u", re.compile(r"h?[oó]|8", re.IGNORECASE)),
}
_WESTERN = re.compile("|".join(EASTERN))
_ABBREVIATED = re.compile(r"(?<!M)MMM(?!M)")  # months in intervals; we write them out
CONVENTIONS = {"en": "en-GB"}  # the day before the month, as international bodies write
FIRST_STRONG = "\u2068"  # UAX 9: isolates text of unknown direction
LEFT_TO_RIGHT = "\u2066"
POP_ISOLATE = "\u2069"


def number_in(language: str, number: int) -> str:
    """Return a number in the format of a language."""
    return format_decimal(number, locale=_without_strings(language).locale)


def list_in(language: str, items: Sequence[str], style: ListStyle = "standard") -> str:
    """Return items joined in a language: a, b et c; in the style “or”, a, b ou c."""
    locale = Locale.parse(CONVENTIONS.get(language, language), sep="-")
    written = format_list(list(items), style=style, locale=locale)
    if locale.language != "es" or not items:
        return written
    usual, other, before = _SPANISH[style]
    start = written.removesuffix(f" {usual} {items[-1]}")
    is_other = start != written and before.match(items[-1])
    return f"{start} {other} {items[-1]}" if is_other else written


def isolated(text: str) -> str:
    """Return text with isolate characters around it; its direction may be any."""
    return f"{FIRST_STRONG}{text}{POP_ISOLATE}"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The strings and formats of one language.

    The strings are those of the language `strings`.
    """

    language: str
    strings: str
    locale: Locale
    translations: GNUTranslations

    @property
    def direction(self) -> str:
        """Return the writing direction, "rtl" or "ltr"."""
        return direction(self.language)

    def text(self, message: str, **values: object) -> str:
        """Return the translation of a string, with its %(named)s values filled in."""
        translated = self.translations.gettext(message)
        return translated % values if values else translated

    def number(self, number: int) -> str:
        """Return a number in the language's format."""
        return format_decimal(number, locale=self.locale)

    def day(self, day: date, *, weekday: bool = False) -> str:
        """Return a date in the language's long format: 31 décembre 2026.

        A date with its weekday opens a line: Jeudi 31 décembre 2026.
        """
        form = "full" if weekday else "long"
        written = format_date(day, format=form, locale=self.locale)
        if weekday:
            written = written[:1].upper() + written[1:]
        if self.language == "fr" and day.day == 1:  # not in CLDR: 1er juin
            return re.sub(r"\b1 ", "1er ", written, count=1)
        return self._months(written)

    def short_day(self, day: date) -> str:
        """Return a day within its month: Tue 4, mar. 1er, 周二1日."""
        written = format_skeleton(
            "Ed", datetime.combine(day, time()), locale=self.locale
        )
        first = self.language == "fr" and day.day == 1  # not in CLDR
        return f"{written}er" if first else written

    def short_days(self, first: date, last: date) -> str:
        """Return the days from first to last within their month: Mon 3 – Fri 7."""
        ends = dict.fromkeys((first, last))
        return " – ".join(self.short_day(each) for each in ends)

    def month(self, month: date) -> str:
        """Return a month with its year, as a heading: Mai 2027."""
        moment = datetime.combine(month, time())
        name = self._months(format_skeleton("yMMMM", moment, locale=self.locale))
        return name[:1].upper() + name[1:]

    def days(self, first: date, last: date) -> str:
        """Return the days from first to last as CLDR writes them: 15–17 juin 2027."""
        formats = self.locale.interval_formats
        by_difference = formats.get("yMMMMd") or formats["yMMMd"]
        unit = next(
            (each for each, part in (("y", "year"), ("M", "month"))
             if getattr(first, part) != getattr(last, part)), "d"
        )  # fmt: skip
        written = "".join(
            format_date(day, format=_ABBREVIATED.sub("MMMM", part), locale=self.locale)
            for day, part in zip((first, last), by_difference[unit], strict=True)
        )
        if self.language == "fr":
            written = re.sub(r"\b1(?=[\s–]|$)", "1er", written)
        return self._months(written)

    def times(self, start: time, end: time) -> str:
        """Return the hours from start to end with the dash of the language."""
        halves = "a" in self.locale.time_formats["short"].pattern
        skeleton, unit = ("hm", "a") if halves else ("Hm", "H")
        before = self.locale.interval_formats[skeleton][unit][0]
        dash = re.split("[Hhma]", before)[-1]
        return f"{self.time(start)}{dash}{self.time(end)}"

    def _months(self, written: str) -> str:
        """Return a written date as the United Nations write it."""
        if self.language == "ru":
            return re.sub(r"\sг\.", f"{typography.NO_BREAK}года", written)
        if self.language != "ar":
            return written
        return _WESTERN.sub(lambda month: f"{EASTERN[month[0]]}/{month[0]}", written)

    def time(self, moment: datetime | time) -> str:
        """Return a time of day in the language's format: 15 h 30 in French."""
        if self.language == "fr":
            return f"{moment.hour} h {moment:%M}".removesuffix(" 00")
        if self.language == "ar":  # the United Nations use the clock of 24 hours
            return f"{moment:%H:%M}"
        return format_time(moment, format="short", locale=self.locale)

    def city(self, zone: str) -> str:
        """Return the city of a time zone: Europe/Paris → باريس."""
        return get_timezone_location(zone, locale=self.locale, return_city=True)

    def listed(self, items: Sequence[str]) -> str:
        """Return items joined as a list: a, b et c."""
        return list_in(self.language, items)

    def either(self, items: Sequence[str]) -> str:
        """Return items joined as alternatives: a, b ou c."""
        return list_in(self.language, items, "or")

    def enumerated(self, items: Sequence[str]) -> str:
        """Return items, which may themselves contain “and”, joined by semicolons."""
        return typography.semicolon(self.language).join(items)

    def row(self, items: Iterable[str]) -> str:
        """Return items with commas between them: a, b, c."""
        return typography.comma(self.language).join(items)

    def noted(self, said: str, note: str) -> str:
        """Return what is said with a note in brackets, if there is one."""
        before, after = typography.brackets(self.language)
        return f"{said}{before}{note}{after}" if note else said

    def labelled(self, label: str, value: str) -> str:
        """Return a label and its value: Lieu : Paris. A label may end in a colon."""
        if label.endswith("："):
            return f"{label}{value}"
        if label.endswith(":"):
            return f"{label} {value}"
        return f"{label}{typography.colon(self.language)}{value}"

    def dashed(self, parts: Sequence[str]) -> str:
        """Return the parts of a heading that are not empty, joined by dashes."""
        return typography.dash(self.language).join(filter(None, parts))

    def language_name(self, code: str) -> str:
        """Return the name of a language in this one; its code if it has no name."""
        try:
            name = Locale.parse(code, sep="-").get_display_name(self.locale) or code
        except (ValueError, UnknownLocaleError):
            return code
        said, bracket, note = name.removesuffix(")").partition(" (")
        return self.noted(said, note) if bracket else name


def day_in(language: str, day: date) -> str:
    """Return a date in the long format of a language: 31 décembre 2026."""
    return _without_strings(language).day(day)


def time_in(language: str, moment: time) -> str:
    """Return a time of day in the format of a language: 15 h 30."""
    return _without_strings(language).time(moment)


def language_in(language: str, code: str) -> str:
    """Return the name of a language in another one, or in itself."""
    return _without_strings(language).language_name(code)


@cache
def _without_strings(language: str) -> Catalogue:
    return Catalogue(
        language=language,
        strings=language,
        locale=Locale.parse(CONVENTIONS.get(language, language), sep="-"),
        translations=GNUTranslations(),
    )


def load(templates: TemplateFiles, language: str) -> Catalogue:
    """Return a language's catalogue; raise ContentError where it cannot be read."""
    path = f"{FOLDER}/{language}/LC_MESSAGES/{DOMAIN}.po"
    text = templates.text(path)
    if "msgid_plural" in text:  # a header can ask for millions of forms
        raise ContentError(path, "has a plural; our catalogues have none")
    packed = BytesIO()
    try:
        catalogue: Any = read_po(StringIO(text), locale=language, abort_invalid=True)
        catalogue.charset = "utf-8"
        write_mo(packed, catalogue)
        packed.seek(0)
        translations = GNUTranslations(packed)
    except (PoFileError, ValueError) as fault:
        raise ContentError(path, f"not a valid gettext catalogue: {fault}") from None
    return Catalogue(
        language=language,
        strings=language,
        locale=Locale.parse(CONVENTIONS.get(language, language), sep="-"),
        translations=translations,
    )


@lru_cache(maxsize=64)
def in_language(templates: TemplateFiles, strings: str, language: str) -> Catalogue:
    """Return the catalogue of `strings` for a language."""
    return replace(load(templates, strings), language=language)


def load_all(templates: TemplateFiles) -> dict[str, Catalogue]:
    """Return the catalogue of every language that letters are offered in."""
    return {language: load(templates, language) for language in OFFERED}
