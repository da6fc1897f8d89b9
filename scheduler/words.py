"""Reads a cadence written in English or French, and says it in six languages.

first Tuesday, 10:00, Europe/Paris · weekly on Monday 00:00 · le 15 du mois à 9 h
"""

import difflib
from dataclasses import dataclass
from datetime import time

from scheduler.cadences import Cadence, Days
from scheduler.errors import ScheduleError
from scheduler.reading import (
    cron,
    meaning,
    phrases,
    recurrence_rules,
    refusals,
    times,
    tokens,
)
from scheduler.reading.lexicon import ENGLISH, FRENCH, PhraseKind
from scheduler.saying import (
    arabic,
    chinese,
    english,
    french,
    russian,
    spanish,
    told,
)

_NEAR = 0.8  # how much a word is like one of a cadence that may be meant
USUAL_TIME = time(10)  # if a cadence has no time of day
_MINOR = {PhraseKind.FILLER, PhraseKind.COMMA, PhraseKind.AND}
_LANGUAGES = {ENGLISH: english, FRENCH: french}
_TOLD = {  # languages in which none is written
    "ar": arabic.WORDS,
    "es": spanish.WORDS,
    "ru": russian.WORDS,
    "zh": chinese.WORDS,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Understood:
    """A cadence, the language it was written in, and what was assumed."""

    cadence: Cadence
    language: str = ENGLISH
    remarks: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Return the cadence in words, with what was assumed."""
        said = describe(self.cadence, self.language)
        separator = _LANGUAGES[self.language].SEPARATOR
        return f"{said} ({separator.join(self.remarks)})" if self.remarks else said


def parse(text: str, *, zone: str = "UTC", usual: time = USUAL_TIME) -> Cadence:
    """Return the cadence that a text describes, as `understand` does."""
    return understand(text, zone=zone, usual=usual).cadence


def understand(text: str, *, zone: str = "UTC", usual: time = USUAL_TIME) -> Understood:
    """Return the cadence that a text describes, and how it was understood.

    `zone` and `usual` apply when the text names no zone or time. Raises ScheduleError
    when the text is not a cadence, or has a word that does not fit the rest.
    """
    if len(text) > tokens.LONGEST:
        raise ScheduleError(
            f"the cadence has {len(text)} characters; expected at most {tokens.LONGEST}"
        )
    written = " ".join(text.split())
    if not written.isprintable():
        raise ScheduleError(f"{written!r} has characters that cannot be printed")
    days, at, zone, language, remarks = _read(written, zone)
    if at is None:
        at = usual
        remarks = (_LANGUAGES[language].assumed_time(usual), *remarks)
    return Understood(
        cadence=Cadence(days=days, at=at, zone=zone),
        language=language,
        remarks=remarks,
    )


def _read(text: str, zone: str) -> tuple[Days, time | None, str, str, tuple[str, ...]]:
    """Return the days, time, zone and language of a text, and what was assumed."""
    taken = recurrence_rules.take(text) or cron.take(text)
    refusals.refuse_feasts(text)
    rest, at = times.take_time(taken.rest if taken else text)
    refusals.refuse_bare_hour(rest)
    rest, zone = times.take_zone(rest, (taken.zone if taken else None) or zone)
    divided = tokens.divide(rest)
    _refuse_words(text, divided)
    saying = _LANGUAGES[divided.language]
    refusals.refuse_dates(text, divided.tokens)
    heard = phrases.hear(text, divided.tokens)
    if taken is None:
        meant = meaning.days_of(text, heard, saying.days)
        remarks = (saying.assumed_day(),) if meant.assumed else ()
        return meant.days, at, zone, divided.language, remarks
    if at is not None and taken.at is not None:
        raise ScheduleError(f"{text!r} has its time of day twice; remove one")
    days = meaning.with_rule(text, heard, taken, saying.days)
    return days, at or taken.at, zone, divided.language, ()


def _refuse_words(text: str, divided: tokens.Divided) -> None:
    """Refuse a word that no cadence has, or that can mean two cadences."""
    if divided.unknown:
        raise ScheduleError(_unknown_word(text, divided))
    for each in divided.tokens:
        if each.kind is PhraseKind.UNCLEAR:
            raise ScheduleError(
                f"{text!r}: {each.text!r} can mean twice in a period, or in every"
                " second one; write which"
            )


def _unknown_word(text: str, divided: tokens.Divided) -> str:
    word = divided.unknown[0]
    known = [" ".join(phrase) for phrase in tokens.phrases(divided.language)]
    near = difflib.get_close_matches(word, known, n=1, cutoff=_NEAR)
    hint = f"; did you mean {near[0]}?" if near else ""
    kept = " ".join(each.text for each in divided.tokens if each.kind not in _MINOR)
    understood = f"; the other words are: {kept}" if kept and not near else ""
    return f"{text!r}: {word!r} is not a word of a cadence{hint}{understood}"


def describe(cadence: Cadence, language: str = ENGLISH) -> str:
    """Return a cadence in words that can be read again; `language` is en or fr."""
    saying = _LANGUAGES[language]
    at = saying.at(cadence.at, cadence.zone)
    return f"{saying.base(cadence.days)}{at}{saying.limits(cadence.days)}"


def tell(cadence: Cadence, language: str) -> str:
    """Return a cadence for people, in a language; empty if that has no words for it."""
    if language in _LANGUAGES:
        return describe(cadence, language)
    return told.tell(cadence, _TOLD[language]) if language in _TOLD else ""
