"""Says whether texts are in the script of a language. Pure.

A file with the words of another language is often only noticed by its readers; where
the languages have different scripts, a translator is told before it is taken in.
"""

import unicodedata
from collections.abc import Iterable

from babel import Locale, UnknownLocaleError
from babel.core import get_global

# script → how the names of its letters begin, in Unicode
_NAMED = {
    "Latn": ("LATIN",),
    "Arab": ("ARABIC",),
    "Cyrl": ("CYRILLIC",),
    "Grek": ("GREEK",),
    "Hebr": ("HEBREW",),
    "Deva": ("DEVANAGARI",),
    "Hans": ("CJK",),
    "Hant": ("CJK",),
    "Jpan": ("CJK", "HIRAGANA", "KATAKANA"),
    "Kore": ("HANGUL", "CJK"),
}
_ENOUGH = 20  # letters, below which nothing can be said
_SHARE = 0.5  # of the letters; official names stay in their own script


def fits(language: str, texts: Iterable[str]) -> bool:
    """Return whether most letters of texts are of a language's script.

    True where the script of the language is not known, or the texts are too short.
    """
    named = _NAMED.get(_script(language))
    if named is None:
        return True
    letters = [each for text in texts for each in text if each.isalpha()]
    own = sum(unicodedata.name(each, "").startswith(named) for each in letters)
    return len(letters) < _ENOUGH or own >= _SHARE * len(letters)


def _script(language: str) -> str:
    try:
        stated = Locale.parse(language, sep="-").script
    except (ValueError, UnknownLocaleError):
        return ""
    base = language.partition("-")[0]
    likely = str(get_global("likely_subtags").get(base, ""))
    return stated or next((x for x in likely.split("_") if x in _NAMED), "")
