"""What a language knows: interface strings, plurals, dates, lists, direction.

Strings come from gettext catalogues (`templates/locale/<lang>/LC_MESSAGES`), formats
from CLDR by Babel. A string without a translation is an error of the catalogue, found
by the tests; at run time its English stands in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
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
# Months as the United Nations write them in Arabic, read from Morocco to Iraq: the name
# of the east beside that of the west, which is what CLDR has.
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
CONVENTIONS = {"en": "en-GB"}  # days before months, as international bodies write
FIRST_STRONG = "\u2068"  # UAX 9: isolates text of unknown direction
LEFT_TO_RIGHT = "\u2066"
POP_ISOLATE = "\u2069"


def isolated(text: str) -> str:
    """Keep text of any direction from disturbing the line it stands in."""
    return f"{FIRST_STRONG}{text}{POP_ISOLATE}"


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One language, ready to write in."""

    language: str
    locale: Locale
    translations: GNUTranslations

    @property
    def direction(self) -> str:
        """Return rtl or ltr."""
        return direction(self.language)

    def text(self, message: str, **values: object) -> str:
        """Translate a string and fill its %(named)s places."""
        translated = self.translations.gettext(message)
        return translated % values if values else translated

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        """Translate a string that depends on a number, by the language's own forms."""
        translated = self.translations.ngettext(one, many, number)
        return translated % {"number": self.number(number), **values}

    def number(self, number: int) -> str:
        """Write a number as the language does."""
        return format_decimal(number, locale=self.locale)

    def day(self, day: date, *, weekday: bool = False) -> str:
        """Write a day in words: 31 décembre 2026."""
        form = "full" if weekday else "long"
        written = format_date(day, format=form, locale=self.locale)
        if self.language == "fr" and day.day == 1:  # CLDR has no ordinal: 1er juin
            return re.sub(r"\b1 ", "1er ", written, count=1)
        return self._months(written)

    def _months(self, written: str) -> str:
        if self.language != "ar":
            return written
        return _WESTERN.sub(lambda month: f"{EASTERN[month[0]]}/{month[0]}", written)

    def time(self, moment: datetime | time) -> str:
        """Write a time of day."""
        return format_time(moment, format="short", locale=self.locale)

    def city(self, zone: str) -> str:
        """Name the city of a time zone: Europe/Paris → باريس."""
        return get_timezone_location(zone, locale=self.locale, return_city=True)

    def listed(self, items: Sequence[str]) -> str:
        """Join items as the language lists them: a, b et c."""
        return format_list(list(items), style="standard", locale=self.locale)

    def language_name(self, code: str) -> str:
        """Name a language in this one."""
        try:
            return Locale.parse(code, sep="-").get_display_name(self.locale) or code
        except (ValueError, UnknownLocaleError):
            return code


def load(folder: Path, language: str) -> Catalogue:
    """Read one language's catalogue from a site's templates."""
    path = folder / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    try:
        with path.open("rb") as file:
            catalogue: Any = read_po(file, locale=language, abort_invalid=True)
    except OSError as fault:
        raise ContentError(str(path), unreadable(fault)) from None
    except (PoFileError, ValueError) as fault:
        raise ContentError(str(path), f"not a catalogue: {fault}") from None
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    return Catalogue(
        language=language,
        locale=Locale.parse(CONVENTIONS.get(language, language), sep="-"),
        translations=GNUTranslations(packed),
    )


def load_all(folder: Path) -> dict[str, Catalogue]:
    """Read the catalogues of every language a site offers."""
    return {language: load(folder, language) for language in OFFERED}
