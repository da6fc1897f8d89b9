"""The console's own strings: English in the code, French beside it.

Other languages show English, and say so in `lang`. Dates and numbers are those of the
site's catalogue of the language shown.
"""

from dataclasses import replace
from datetime import datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

from mailer.rendering.language.catalogues import Catalogue
from mailer.sites.site import Site

SOURCE = "en"  # the language of the code
FOLDER = Path(__file__).parent / "locale"
LANGUAGES = (SOURCE, *sorted(path.stem for path in FOLDER.glob("*.po")))


class _Translations(Protocol):
    def gettext(self, message: str) -> str: ...


class _Catalogue(NullTranslations):
    def __init__(self, messages: dict[str, str]) -> None:
        super().__init__()
        self._messages = messages

    def gettext(self, message: str) -> str:
        """Return the translation of a string, or the string itself."""
        return self._messages.get(message) or message


@cache
def _translations(language: str) -> Any:
    messages: dict[str, str] = {}
    if language != SOURCE:
        with (FOLDER / f"{language}.po").open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True)
        messages = {str(each.id): str(each.string) for each in read if each.id}
    return _Catalogue(messages)


def of(site: Site, language: str) -> Catalogue:
    """Return the console's strings in a language, with the formats of the site."""
    found: Catalogue = site.catalogue(language)
    return replace(found, translations=_translations(language))


def moment(catalogue: Catalogue, at: datetime, zone: ZoneInfo) -> str:
    """Return an instant in a zone, named: Tuesday 4 May 2027, 10:00 (Paris)."""
    local = at.astimezone(zone)
    day = catalogue.day(local.date(), weekday=True)
    place = "UTC" if zone.key == "UTC" else catalogue.city(zone.key)
    return f"{day}, {catalogue.time(local)} ({place})"


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """Return the time of an instant in a zone to the second: 10:40:05."""
    return f"{at.astimezone(zone):%H:%M:%S}"
