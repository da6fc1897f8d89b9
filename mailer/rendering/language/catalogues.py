"""Strings, plurals, dates, numbers and lists in a language.

Strings are from gettext catalogues (`templates/locale/<lang>/LC_MESSAGES`), formats
from CLDR through Babel. A string without a translation is shown in English; the tests
find such strings.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_location
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from audiences.languages import OFFERED, direction
from mailer.errors import ContentError, unreadable

DOMAIN = "liaison"
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
_WESTERN = re.compile("|".join(EASTERN))
CONVENTIONS = {"en": "en-GB"}  # the day before the month, as international bodies write
FIRST_STRONG = "\u2068"  # UAX 9: isolates text of unknown direction
LEFT_TO_RIGHT = "\u2066"
POP_ISOLATE = "\u2069"


def isolated(text: str) -> str:
    """Return text with isolate characters around it; its direction may be any."""
    return f"{FIRST_STRONG}{text}{POP_ISOLATE}"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The strings and formats of one language.

    The strings are those of `strings`, in `folder`; `digest` is that of their file.
    """

    language: str
    folder: Path
    strings: str
    digest: str
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

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        """Return the translation for a number, in the language's plural form."""
        translated = self.translations.ngettext(one, many, number)
        return translated % {"number": self.number(number), **values}

    def number(self, number: int) -> str:
        """Return a number in the language's format."""
        return format_decimal(number, locale=self.locale)

    def day(self, day: date, *, weekday: bool = False) -> str:
        """Return a date in the language's long format: 31 décembre 2026."""
        form = "full" if weekday else "long"
        written = format_date(day, format=form, locale=self.locale)
        if self.language == "fr" and day.day == 1:  # not in CLDR: 1er juin
            return re.sub(r"\b1 ", "1er ", written, count=1)
        return self._months(written)

    def _months(self, written: str) -> str:
        if self.language != "ar":
            return written
        return _WESTERN.sub(lambda month: f"{EASTERN[month[0]]}/{month[0]}", written)

    def time(self, moment: datetime | time) -> str:
        """Return a time of day in the language's format."""
        return format_time(moment, format="short", locale=self.locale)

    def city(self, zone: str) -> str:
        """Return the city of a time zone: Europe/Paris → باريس."""
        return get_timezone_location(zone, locale=self.locale, return_city=True)

    def listed(self, items: Sequence[str]) -> str:
        """Return items joined as a list: a, b et c."""
        return format_list(list(items), style="standard", locale=self.locale)

    def language_name(self, code: str) -> str:
        """Return the name of a language in this one; its code if it has no name."""
        try:
            return Locale.parse(code, sep="-").get_display_name(self.locale) or code
        except (ValueError, UnknownLocaleError):
            return code


def load(folder: Path, language: str) -> Catalogue:
    """Return a language's catalogue from the folder of templates.

    Raises ContentError where it cannot be read.
    """
    path = folder / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    try:
        octets = path.read_bytes()
        catalogue: Any = read_po(BytesIO(octets), locale=language, abort_invalid=True)
    except OSError as fault:
        raise ContentError(str(path), unreadable(fault)) from None
    except (PoFileError, ValueError) as fault:
        raise ContentError(
            str(path), f"not a valid gettext catalogue: {fault}"
        ) from None
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return Catalogue(
        language=language,
        folder=folder,
        strings=language,
        digest=hashlib.sha256(octets).hexdigest(),
        locale=Locale.parse(CONVENTIONS.get(language, language), sep="-"),
        translations=GNUTranslations(packed),
    )


@lru_cache(maxsize=64)
def in_language(folder: Path, strings: str, _digest: str, language: str) -> Catalogue:
    """Return the catalogue of `strings` for a language; a new digest reads it again."""
    return replace(load(folder, strings), language=language)


def load_all(folder: Path) -> dict[str, Catalogue]:
    """Return the catalogue of every language that letters are offered in."""
    return {language: load(folder, language) for language in OFFERED}
