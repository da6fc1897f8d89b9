"""Reads a cadence written in English or French, and describes it in English.

first Tuesday, 10:00, Europe/Paris · weekly on Monday 00:00 · le 15 du mois à 9 h
"""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise

from scheduler import zones
from scheduler.cadences import LAST, LAST_DAY, Cadence, Period, Weekday
from scheduler.errors import ScheduleError

_ENGLISH = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_FRENCH = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_WEEKDAYS = {
    name: Weekday(number)
    for names in (_ENGLISH, _FRENCH)
    for number, name in enumerate(names)
}
_ORDINALS = {
    **dict.fromkeys(["first", "1st", "premier", "première", "1er"], 1),
    **dict.fromkeys(["second", "2nd", "deuxième", "2e"], 2),
    **dict.fromkeys(["third", "3rd", "troisième", "3e"], 3),
    **dict.fromkeys(["fourth", "4th", "quatrième", "4e"], 4),
    **dict.fromkeys(["last", "dernier", "dernière"], LAST),
}
_PERIOD_NOUNS = {
    **dict.fromkeys(["week", "semaine"], Period.WEEK),
    **dict.fromkeys(["month", "mois"], Period.MONTH),
    **dict.fromkeys(["quarter", "trimestre"], Period.QUARTER),
}
_PERIODS = {
    **dict.fromkeys(["daily", "quotidien", "quotidienne"], Period.DAY),
    **dict.fromkeys(["weekly", "hebdomadaire"], Period.WEEK),
    **dict.fromkeys(["monthly", "mensuel", "mensuelle"], Period.MONTH),
    **dict.fromkeys(["quarterly", "trimestriel", "trimestrielle"], Period.QUARTER),
    **_PERIOD_NOUNS,
}
_DAYS = {"days", "jours"}
_DAY = {"day", "jour"} | _DAYS
_WORKING = {"working", "ouvrable", "ouvrables", "ouvré"}
_EVERY = {"every", "each", "chaque", "tous", "toutes"}
_FILLERS = {"on", "the", "of", "at", "a"} | {
    *("le", "la", "les", "l", "du", "de", "d", "à", "au")
}
_TIME = re.compile(r"\b(\d{1,2})(?::(\d{2})|\s?h\s?(\d{2})?)(?=\s|,|$)", re.IGNORECASE)
_ZONE = re.compile(r"(?<![\w/+-])(?:[A-Z][A-Za-z_]+/[A-Za-z_/+-]+|UTC)(?=\s|,|$)")
_DATE = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e)?")


@dataclass
class _Heard:
    """What has been read of a cadence so far."""

    period: Period | None = None
    weekday: Weekday | None = None
    nth: int | None = None
    day: int | None = None
    working: bool = False
    any_day: bool = False
    every: bool = False
    # the name of what each word set, and the word
    said: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def parse(text: str, *, zone: str = "UTC") -> Cadence:
    """Return the cadence that a text describes.

    `zone` applies when the text names no zone. Raises ScheduleError when the text is
    not a cadence, or has a word that does not fit the rest.
    """
    rest, at = _take_time(text)
    rest, zone = _take_zone(rest, zone)
    heard = _Heard()
    words = re.findall(r"[^\s,'’]+", rest.lower())
    for word in words:
        _read_word(heard, word)
    if heard.unknown:
        raise ScheduleError(_unknown_word(text, heard.unknown[0]))
    _refuse_intervals(text, words, heard)
    cadence = _cadence(text, heard, at, zone)
    unused = [word for name, word in heard.said if not _is_used(name, heard, cadence)]
    if unused:
        raise ScheduleError(
            f"{text!r}: {', '.join(map(repr, unused))} does not fit the rest;"
            f" the rest means {describe(cadence)}"
        )
    return cadence


def _take_time(text: str) -> tuple[str, time]:
    """Return the text without its time of day, and the time."""
    match = _TIME.search(text)
    if match is None:
        raise ScheduleError(f"{text!r} has no time of day; add one such as 10:00")
    hour, minute = int(match[1]), int(match[2] or match[3] or 0)
    try:
        at = time(hour, minute)
    except ValueError:
        raise ScheduleError(f"{match[0].strip()} is not a time of day") from None
    return text[: match.start()] + " " + text[match.end() :], at


def _take_zone(text: str, default: str) -> tuple[str, str]:
    """Return the text without its zone, and the zone or else the default."""
    match = _ZONE.search(text)
    name = match[0] if match else default
    zones.named(name)
    return (text[: match.start()] + text[match.end() :] if match else text), name


def _read_word(heard: _Heard, word: str) -> None:
    singular = word.removesuffix("s")
    number = _DATE.fullmatch(word)
    if word in _PERIODS:
        _set_once(heard, "period", _PERIODS[word], word)
    elif word in _WEEKDAYS or singular in _WEEKDAYS:
        day = _WEEKDAYS.get(word, _WEEKDAYS.get(singular))
        _set_once(heard, "weekday", day, word)
    elif word in _ORDINALS and not number:
        _set_once(heard, "nth", _ORDINALS[word], word)
    elif word in _WORKING:
        heard.working = True
        heard.said.append(("working", word))
    elif word in _DAY:
        heard.any_day = True
        heard.said.append(("any_day", word))
    elif number:
        _set_once(heard, "day", int(number[1]), word)
    elif word in _EVERY:
        heard.every = True
    elif word not in _FILLERS:
        heard.unknown.append(word)


def _set_once(heard: _Heard, name: str, value: object, word: str) -> None:
    """Store a value; only a period may be said twice: monthly, day 1 of the month."""
    before = getattr(heard, name)
    if before is not None and (name != "period" or before != value):
        what = "period" if name == "period" else "day"
        raise ScheduleError(
            f"a cadence has one {what}; make a second series for another {what}"
        )
    setattr(heard, name, value)
    heard.said.append((name, word))


def _refuse_intervals(text: str, words: Sequence[str], heard: _Heard) -> None:
    """Refuse what can mean an interval: every 2nd month, every second Tuesday."""
    for first, second in pairwise(words):
        counts = first in _ORDINALS or _DATE.fullmatch(first)
        if (counts and second in _DAYS | _PERIOD_NOUNS.keys()) or (
            first in _PERIOD_NOUNS and second in _DAY
        ):
            raise ScheduleError(
                f"{text!r}: {first + ' ' + second!r} is not understood; write for"
                " example the last day of the month, or the second Tuesday of the month"
            )
    numbers = {heard.nth, heard.day} - {None, 1, LAST}
    has_day = heard.weekday is not None or heard.any_day
    if heard.every and numbers and has_day and heard.period is None:
        raise ScheduleError(
            f"{text!r} can mean an interval, such as every other week; if a day of the"
            " month is meant, add: of the month"
        )


def _cadence(text: str, heard: _Heard, at: time, zone: str) -> Cadence:
    """Return the cadence of the words; it may leave some of them unused."""
    month = heard.period if heard.period in {Period.MONTH, Period.QUARTER} else None
    nth, day = heard.nth, heard.day
    if heard.weekday is not None or heard.working:
        nth, day = (nth, None) if day is None else (day, None)  # "2nd Thursday"
    elif nth is not None and heard.any_day:
        day = LAST_DAY if nth == LAST else nth
        nth = None
    if nth is not None and (heard.weekday is not None or heard.working):
        if nth not in {1, 2, 3, 4, LAST}:
            raise ScheduleError(
                f"{text!r}: found {nth} before the day;"
                " expected first, second, third, fourth or last"
            )
        return Cadence(
            period=month or Period.MONTH,
            at=at,
            zone=zone,
            weekday=None if heard.working else heard.weekday,
            nth=nth,
            working=heard.working,
        )
    if day is not None:
        if not 1 <= day <= LAST_DAY:
            raise ScheduleError(f"{text!r}: no month has a day {day}")
        return Cadence(period=month or Period.MONTH, at=at, zone=zone, day=day)
    if heard.weekday is not None and month is None:
        return Cadence(period=Period.WEEK, at=at, zone=zone, weekday=heard.weekday)
    if heard.period is Period.DAY or (heard.any_day and heard.period is None):
        return Cadence(period=Period.DAY, at=at, zone=zone)
    raise ScheduleError(
        f"{text!r} does not name a day; write for example first Tuesday 10:00,"
        " weekly on Monday 09:00 or daily 02:30"
    )


def _is_used(name: str, heard: _Heard, cadence: Cadence) -> bool:
    """Whether a cadence contains what the words said under a name."""
    match name:
        case "nth":
            last = heard.nth == LAST and cadence.day == LAST_DAY
            return last or heard.nth in {cadence.nth, cadence.day}
        case "day":
            return heard.day in {cadence.nth, cadence.day}
        case "any_day":
            return cadence.weekday is None
        case _:
            return bool(getattr(heard, name) == getattr(cadence, name))


def _unknown_word(text: str, word: str) -> str:
    known = [*_WEEKDAYS, *_ORDINALS, *_PERIODS, *_DAY, *_WORKING, *_EVERY]
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{text!r}: {word!r} is not a word of a cadence{hint}"


def describe(cadence: Cadence) -> str:
    """Return a cadence in English, for an operator to check."""
    at = f"at {cadence.at:%H:%M}, {cadence.zone}"
    period = "quarter" if cadence.period is Period.QUARTER else "month"
    ordinal = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
    weekday = cadence.weekday.name.title() if cadence.weekday is not None else ""
    if cadence.period is Period.DAY:
        return f"every day {at}"
    if cadence.period is Period.WEEK:
        return f"every {weekday} {at}"
    if cadence.day == LAST_DAY:
        return f"the last day of each {period} {at}"
    if cadence.day is not None:
        first = "the first month of " if cadence.period is Period.QUARTER else ""
        return f"day {cadence.day} of {first}each {period} {at}"
    which = "working day" if cadence.working else weekday
    return f"the {ordinal[cadence.nth or 1]} {which} of each {period} {at}"
