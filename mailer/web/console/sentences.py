"""Says in the user's language what the program says in English: refusals, problems.

A refusal is an English sentence by the time a page shows it. The catalogue of sentences
has each with its places, such as “%(1)s is paused”; what stands at a place is kept. A
sentence without an entry is shown in English.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from mailer.web.console.strings import ENDS, FOLDER, SOURCE

NAME = "sentences"  # of the catalogue
PLACES = tuple(f"%({number})s" for number in range(1, 7))
_PLACE = re.compile(r"%\(([1-6])\)s")
LONGEST = 2_000  # characters of a sentence that is looked up
ISOLATE = "\u2068"  # UAX 9: what follows has a direction of its own
_AT_LINE = re.compile(r"[^:]+, line \d+: ")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """An English sentence, cut at its places, and its translation."""

    parts: Sequence[str]
    translation: str

    @property
    def ends_in_a_reason(self) -> bool:
        """Whether its last place is a sentence of its own: why, or what to do."""
        before, after = ("", *self.parts)[-2:]
        return not after and before.endswith((": ", "; "))


def told(sentence: str, language: str) -> str:
    """Return a sentence in a language; as it is if the catalogue does not have it.

    A sentence may begin with a place: “fr.md, line 3: …”.
    """
    if language == SOURCE or not 0 < len(sentence) <= LONGEST:
        return sentence
    at_line = _AT_LINE.match(sentence)
    found = None if at_line else _found(sentence, language)
    if found is None:
        place, colon, rest = sentence.partition(": ")
        place = _found(place, language) or place
        found = f"{place}{colon}{_found(rest, language) or rest}"
    return found


def _found(sentence: str, language: str) -> str | None:
    for each in _catalogue(language):
        values = _values(sentence, each.parts)
        if values is not None:
            shown = [_exact(value, language) for value in values]
            if each.ends_in_a_reason:
                shown[-1] = told(values[-1], language)
            if Locale.parse(language).text_direction == "rtl":
                shown = [f"{ISOLATE}{value}{ENDS}" for value in shown]
            return _filled(each.translation, shown)
    return None


def _values(sentence: str, parts: Sequence[str]) -> list[str] | None:
    """Return what stands at the places of a sentence; None if it is another one."""
    first, *others = parts
    if not sentence.startswith(first) or not sentence.endswith(parts[-1]):
        return None
    if not others:
        return [] if sentence == first else None
    values, at = [], len(first)
    for part in others[:-1]:
        found = sentence.find(part, at + 1)
        if found < 0:
            return None
        values.append(sentence[at:found])
        at = found + len(part)
    end = len(sentence) - len(parts[-1])
    if end <= at:
        return None
    return [*values, sentence[at:end]]


def _filled(translation: str, values: Sequence[str]) -> str:
    """Return a translation with its places filled; a value is never filled again."""
    return _PLACE.sub(lambda found: values[int(found[1]) - 1], translation)


def _exact(value: str, language: str) -> str:
    """Return a value in a language if it is a number, or itself in the catalogue."""
    if _NUMBER.fullmatch(value):
        return format_decimal(int(value.replace(",", "")), locale=language)
    known = (each for each in _catalogue(language) if each.parts == [value])
    return next((each.translation for each in known), value)


@cache
def _catalogue(language: str) -> Sequence[Sentence]:
    path = FOLDER / NAME / f"{language}.po"
    if not path.exists():
        return ()
    with path.open("rb") as file:
        read = read_po(file, locale=language, abort_invalid=True)
    found = {str(each.id): str(each.string) for each in read if each.id}
    known = [Sentence(parts=_parts(k), translation=v) for k, v in found.items()]
    # those that begin with words come first, and of them those with most words
    return sorted(
        known, key=lambda each: (not each.parts[0], -len("".join(each.parts)))
    )


def _parts(english: str) -> list[str]:
    """Return the words of an English sentence around its places, which are in order."""
    parts, rest = [], english
    for place in PLACES:
        before, found, after = rest.partition(place)
        if not found:
            break
        parts.append(before)
        rest = after
    return [*parts, rest]
