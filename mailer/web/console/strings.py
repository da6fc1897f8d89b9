"""The console's own strings: English in the code, five other languages beside it.

What a language lacks is in English whole, between isolate characters, so that it keeps
its direction; on pages its `lang` says so. Dates and numbers are those of the site's
catalogue of the language.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po

from audiences.languages import OFFERED
from mailer.rendering.language.catalogues import Catalogue
from mailer.sites.site import Site

SOURCE = "en"  # the language of the code
FOLDER = Path(__file__).parent / "locale"
_PLACES = {each: place for place, each in enumerate(OFFERED)}
LANGUAGES = (  # in the order of the languages of letters
    SOURCE,
    *sorted(
        (path.stem for path in FOLDER.glob("*.po")),
        key=lambda each: (_PLACES.get(each, len(_PLACES)), each),
    ),
)
WHOLE = frozenset({SOURCE, "fr"})  # languages that lack nothing
WORDS = 8  # characters around places that are a sentence, and no mark between values
_PLACE = re.compile(r"%\(\w+\)s")
ENGLISH, ENDS = "\u2066", "\u2069"  # UAX 9: around English in another language
ISOLATE = "\u2068"  # UAX 9: what follows has a direction of its own
_MARKED = re.compile(f"{ENGLISH}([^{ENGLISH}{ENDS}<>]*){ENDS}")
# tags, and what holds no element of HTML
_MARKUP = re.compile(
    r"(<(?:title|textarea|option|script|style|svg)\b.*?</(?:title|textarea|option|script"
    r"|style|svg)>|<[^>]*>)",
    re.DOTALL,
)


class _Translations(Protocol):
    def gettext(self, message: str) -> str: ...


class _Catalogue(NullTranslations):
    def __init__(self, messages: dict[str, str], *, whole: bool) -> None:
        super().__init__()
        self._messages, self._whole = messages, whole

    def texts(self) -> Iterable[str]:
        """Return the translations."""
        return filter(None, self._messages.values())

    def gettext(self, message: str) -> str:
        """Return the translation of a string, or the string itself, marked."""
        found = self._messages.get(message)
        return found or (message if self._whole else in_english(message))


@cache
def _translations(language: str) -> Any:
    messages: dict[str, str] = {}
    if language != SOURCE:
        with (FOLDER / f"{language}.po").open("rb") as file:
            read = read_po(file, locale=language, abort_invalid=True)
        messages = {str(each.id): str(each.string) for each in read if each.id}
    return _Catalogue(messages, whole=language in WHOLE)


def is_translated(text: str, language: str) -> bool:
    """Whether a text is one that the console's catalogue has in a language."""
    if language == SOURCE:
        return False
    plain, with_places = _translated(language)
    return text in plain or any(_holds(text, each) for each in with_places)


def _holds(text: str, parts: Sequence[str]) -> bool:
    """Whether a text is of these parts, in their order, with anything between them."""
    first, *between, last = parts
    if not text.startswith(first):
        return False
    at = len(first)
    for each in between:
        found = text.find(each, at)
        if found < 0:
            return False
        at = found + len(each)
    return text[at:].endswith(last)


@cache
def _translated(language: str) -> tuple[frozenset[str], Sequence[Sequence[str]]]:
    """Return the texts of a catalogue, and the parts of those with places."""
    parts = [_PLACE.split(each) for each in _translations(language).texts()]
    several = [x for x in parts if len(x) > 1 and len("".join(x)) >= WORDS]
    return frozenset(each[0] for each in parts if len(each) == 1), several


def of(site: Site, language: str) -> Catalogue:
    """Return the console's strings in a language, with the formats of the site."""
    found: Catalogue = site.catalogue(language)
    return replace(found, translations=_translations(language))


def text(message: str, language: str) -> str:
    """Return a string in a language, with its places."""
    found: str = _translations(language).gettext(message)
    return found


def in_english(text: str) -> str:
    """Return an English text as a page of another language has it."""
    return f"{ENGLISH}{text}{ENDS}"


def with_languages(html: str, language: str) -> str:
    """Return a page in a language, on which each English text says that it is one."""
    if language in WHOLE:
        return html
    parts = _MARKUP.split(html)
    texts = (_MARKED.sub(r'<span lang="en" dir="ltr">\1</span>', x) for x in parts[::2])
    return "".join(
        each for pair in zip(texts, [*parts[1::2], ""], strict=True) for each in pair
    )


def moment(catalogue: Catalogue, at: datetime, zone: ZoneInfo) -> str:
    """Return an instant in a zone, named: Tuesday, 4 May 2027, 10:00 (Paris).

    It may stand within a sentence: mardi 4 mai 2027, 10 h (Paris).
    """
    local = at.astimezone(zone)
    day = catalogue.day(local.date(), weekday=True)
    if catalogue.locale.days["format"]["wide"][local.weekday()][:1].islower():
        day = f"{day[:1].lower()}{day[1:]}"
    at_place = place(catalogue, zone.key)
    return catalogue.noted(catalogue.row((day, catalogue.time(local))), at_place)


def place(catalogue: Catalogue, zone: str) -> str:
    """Return what pages call a zone: Europe/Paris → Paris."""
    return "UTC" if zone == "UTC" else catalogue.city(zone)


def names(catalogue: Catalogue, items: Iterable[str]) -> str:
    """Return names with commas between them; from right to left each is isolated.

    Two Latin names with an Arabic comma between them would else be one run, which
    begins with the second name (UAX 9, N1).
    """
    if catalogue.direction == "rtl":
        items = (f"{ISOLATE}{each}{ENDS}" for each in items)
    return catalogue.row(items)


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """Return the time of an instant in a zone to the second: 10:40:05."""
    return f"{at.astimezone(zone):%H:%M:%S}"
