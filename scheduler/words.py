"""Reads a cadence written in English or French, and describes it in English.

first Tuesday, 10:00, Europe/Paris · weekly on Monday 00:00 · le 15 du mois à 9 h
"""

import difflib
import re
from dataclasses import dataclass, field
from datetime import time

from scheduler import zones
from scheduler.cadences import LAST, Cadence, Period, Weekday
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
_PERIODS = {
    **dict.fromkeys(["daily", "quotidien", "quotidienne"], Period.DAY),
    **dict.fromkeys(["weekly", "week", "hebdomadaire", "semaine"], Period.WEEK),
    **dict.fromkeys(["monthly", "month", "mensuel", "mensuelle", "mois"], Period.MONTH),
    **dict.fromkeys(
        ["quarterly", "quarter", "trimestriel", "trimestrielle", "trimestre"],
        Period.QUARTER,
    ),
}
_DAY = {"day", "days", "jour", "jours"}
_WORKING = {"working", "ouvrable", "ouvrables", "ouvré"}
_FILLERS = {"on", "the", "of", "at", "every", "each", "a"} | {
    *("le", "la", "les", "l", "du", "de", "d", "à", "au", "chaque", "tous", "toutes")
}
_TIME = re.compile(r"\b(\d{1,2})(?::(\d{2})|\s?h\s?(\d{2})?)(?=\s|,|$)", re.IGNORECASE)
_ZONE = re.compile(r"\b(?:[A-Z][A-Za-z_]+/[A-Za-z_/+-]+|UTC)(?=\s|,|$)")
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
    unknown: list[str] = field(default_factory=list)


def parse(text: str, *, zone: str = "UTC") -> Cadence:
    """Return the cadence that a text describes.

    `zone` applies when the text names no zone. Raises ScheduleError when the text is
    not a cadence.
    """
    rest, at = _take_time(text)
    rest, zone = _take_zone(rest, zone)
    parts = _Heard()
    for word in re.findall(r"[^\s,'’]+", rest.lower()):
        _read_word(parts, word)
    if parts.unknown:
        raise ScheduleError(_unknown_word(text, parts.unknown[0]))
    return _cadence(text, parts, at, zone)


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


def _read_word(parts: _Heard, word: str) -> None:
    singular = word.removesuffix("s")
    number = _DATE.fullmatch(word)
    if word in _PERIODS:
        parts.period = _PERIODS[word]
    elif word in _WEEKDAYS or singular in _WEEKDAYS:
        _set_once(parts, "weekday", _WEEKDAYS.get(word, _WEEKDAYS.get(singular)))
    elif word in _ORDINALS and not number:
        _set_once(parts, "nth", _ORDINALS[word])
    elif word in _WORKING:
        parts.working = True
    elif word in _DAY:
        parts.any_day = True
    elif number:
        _set_once(parts, "day", int(number[1]))
    elif word not in _FILLERS:
        parts.unknown.append(word)


def _set_once(parts: _Heard, name: str, value: object) -> None:
    if getattr(parts, name) is not None:
        raise ScheduleError(
            "a cadence has one day; make a second series for another day"
        )
    setattr(parts, name, value)


def _cadence(text: str, parts: _Heard, at: time, zone: str) -> Cadence:
    if parts.day is not None and parts.weekday is not None:
        parts.nth, parts.day = parts.day, None  # "2nd Thursday"
    if parts.nth == LAST and parts.any_day and not parts.working:
        parts.nth, parts.day = None, 31
    month = parts.period if parts.period in {Period.MONTH, Period.QUARTER} else None
    if parts.nth is not None and (parts.weekday is not None or parts.working):
        if parts.nth not in {1, 2, 3, 4, LAST}:
            raise ScheduleError(
                f"{text!r}: found {parts.nth} before the day;"
                " expected first, second, third, fourth or last"
            )
        return Cadence(
            period=month or Period.MONTH,
            at=at,
            zone=zone,
            weekday=None if parts.working else parts.weekday,
            nth=parts.nth,
            working=parts.working,
        )
    if parts.day is not None:
        if not 1 <= parts.day <= 31:  # noqa: PLR2004 (the longest month)
            raise ScheduleError(f"{text!r}: no month has a day {parts.day}")
        return Cadence(period=month or Period.MONTH, at=at, zone=zone, day=parts.day)
    if parts.weekday is not None and month is None:
        return Cadence(period=Period.WEEK, at=at, zone=zone, weekday=parts.weekday)
    if parts.period is Period.DAY or (parts.any_day and parts.period is None):
        return Cadence(period=Period.DAY, at=at, zone=zone)
    raise ScheduleError(
        f"{text!r} does not name a day; write for example first Tuesday 10:00,"
        " weekly on Monday 09:00 or daily 02:30"
    )


def _unknown_word(text: str, word: str) -> str:
    known = [*_WEEKDAYS, *_ORDINALS, *_PERIODS, *_DAY, *_WORKING]
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
    if cadence.day is not None:
        which = f"day {cadence.day}" if cadence.day < 31 else "the last day"  # noqa: PLR2004
        return f"{which} of each {period} {at}"
    which = "working day" if cadence.working else weekday
    return f"the {ordinal[cadence.nth or 1]} {which} of each {period} {at}"
