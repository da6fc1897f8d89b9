"""Divides the words of a cadence into phrases with a meaning, in one language."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from scheduler.cadences import Weekday
from scheduler.errors import ScheduleError
from scheduler.reading import english_words, french_words
from scheduler.reading.lexicon import (
    ENGLISH,
    FRENCH,
    SYNONYMS,
    PhraseKind,
    PhraseMeaning,
)

LONGEST = 400  # characters of a cadence in words
_DASHES = re.compile(r"[‐‑‒–—−]")
_ELISION = re.compile(r"(?<!\w)([ld])' ?")
_AXIS = re.compile(r"(?<![\w+-])([tdj]) ?([+-]) ?(\d{1,3})(?!\d)")
_ON_AXIS = {
    ENGLISH: re.compile(r"[td][+-]\d{1,3}", re.ASCII),
    FRENCH: re.compile(r"[tdj][+-]\d{1,3}", re.ASCII),
}
_NUMBER = re.compile(r"(\d{1,4})(st|nd|rd|th|er|re|ere|e|eme|nde?)?")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SYNONYM = re.compile(rf"(?<!\w)(?:{'|'.join(SYNONYMS)})(?!\w)")
_WORD = re.compile(r"[^\s,]+|,")


@dataclass(frozen=True, slots=True)
class Token:
    """A phrase with its kind and value, and its words as they were compared."""

    kind: PhraseKind
    value: Any
    text: str
    apart: bool = False  # a filler is before it: of the month


@dataclass(frozen=True, slots=True)
class Divided:
    """The phrases of a text in a language, and the words that are not in it."""

    language: str
    tokens: tuple[Token, ...]
    unknown: tuple[str, ...]


def divide(text: str) -> Divided:
    """Return the phrases of a text in the language that has more of its words."""
    words = _words(text)
    return min(
        (_in_language(words, each) for each in (ENGLISH, FRENCH)),
        key=lambda divided: len(divided.unknown),
    )


def plain(text: str) -> str:
    """Return a text in small letters, without accents, with plain quotes and dashes."""
    bare = "".join(
        _bare(each) for each in unicodedata.normalize("NFC", text.casefold())
    )
    return _DASHES.sub("-", bare.replace("’", "'").replace("ʼ", "'"))


def _bare(character: str) -> str:
    """Return a letter or digit without its accent; a sign stays as it is."""
    if unicodedata.category(character)[0] not in "LN":
        return character
    parts = unicodedata.normalize("NFKD", character)
    return "".join(each for each in parts if not unicodedata.combining(each))


def _words(text: str) -> list[str]:
    """Return the words of a text, and each comma."""
    said = _AXIS.sub(r" \1\2\3 ", plain(text).replace("(", " ").replace(")", " "))
    said = _SYNONYM.sub(lambda match: SYNONYMS[match[0]], said)
    found = _WORD.findall(_ELISION.sub(r"\1' ", said.replace(";", ",")))
    return [stripped for each in found if (stripped := each.rstrip(".")) != ""]


def _in_language(words: Sequence[str], language: str) -> Divided:
    """Divide words, the longest known phrase first."""
    table = phrases(language)
    longest = max(len(phrase) for phrase in table)
    tokens: list[Token] = []
    unknown: list[str] = []
    place = 0
    while place < len(words):
        for length in range(min(longest, len(words) - place), 0, -1):
            said = tuple(words[place : place + length])
            meaning = table.get(said) or (
                _single(said[0], language) if length == 1 else None
            )
            if meaning is not None:
                tokens.append(Token(meaning.kind, meaning.value, " ".join(said)))
                place += length
                break
        else:
            unknown.append(words[place])
            place += 1
    return Divided(language, tuple(tokens), tuple(unknown))


def _single(word: str, language: str) -> PhraseMeaning | None:
    """Return the meaning of a number, a date, T+10 or a comma; None: it has none."""
    if word == ",":
        return PhraseMeaning(PhraseKind.COMMA)
    if _ON_AXIS[language].fullmatch(word):
        return PhraseMeaning(PhraseKind.AXIS, int(word[1:]))
    if _DATE.fullmatch(word):
        try:
            return PhraseMeaning(PhraseKind.DATE, date.fromisoformat(word))
        except ValueError:
            raise ScheduleError(f"{word} is not a day of the calendar") from None
    match = _NUMBER.fullmatch(word)
    if match is None or not word.isascii():
        return None
    return PhraseMeaning(
        PhraseKind.ORDINAL if match[2] else PhraseKind.NUMBER, int(match[1])
    )


@cache
def phrases(language: str) -> Mapping[tuple[str, ...], PhraseMeaning]:
    """Return what the phrases of a language mean, by their words."""
    return {tuple(_words(phrase)): meaning for phrase, meaning in _phrases(language)}


def _phrases(language: str) -> Iterator[tuple[str, PhraseMeaning]]:
    """Yield the phrases of a language; a later meaning replaces an earlier one."""
    words = english_words if language == ENGLISH else french_words
    for kind, joined in words.KINDS.items():
        yield from ((phrase, PhraseMeaning(kind)) for phrase in joined.split("|"))
    values: tuple[tuple[PhraseKind, Mapping[str, object]], ...] = (
        (PhraseKind.NUMBER, _counted(words.NUMBERS)),
        (PhraseKind.NUMBER, words.MORE_NUMBERS),
        (PhraseKind.ORDINAL, _counted(words.ORDINALS)),
        (PhraseKind.ORDINAL, words.MORE_ORDINALS),
        (PhraseKind.MONTH, _counted(words.MONTHS)),
        (PhraseKind.MONTH, words.SHORT_MONTHS),
        (PhraseKind.UNIT, words.UNITS),
        (PhraseKind.PERIOD, words.PERIODS),
        (PhraseKind.SHIFT, words.SHIFTS),
        (PhraseKind.EVENT, words.EVENTS),
    )
    for kind, meanings in values:
        for phrase, value in meanings.items():
            yield phrase, PhraseMeaning(kind, value)
            if kind is PhraseKind.UNIT and len(phrase) > 1 and not phrase.endswith("s"):
                yield f"{phrase}s", PhraseMeaning(kind, value)
    days = _counted(words.WEEKDAYS, first=0)
    for phrase, number in {**days, **words.SHORT_WEEKDAYS}.items():
        yield phrase, PhraseMeaning(PhraseKind.WEEKDAY, Weekday(number))
        yield f"{phrase}s", PhraseMeaning(PhraseKind.WEEKDAY, Weekday(number))
    yield from words.OTHERS.items()


def _counted(joined: str, first: int = 1) -> dict[str, int]:
    return {name: number for number, name in enumerate(joined.split(), start=first)}
