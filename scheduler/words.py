"""Reads a cadence in the words the unit uses, in English or French.

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
    """What the words have said so far."""

    period: Period | None = None
    weekday: Weekday | None = None
    nth: int | None = None
    day: int | None = None
    working: bool = False
    any_day: bool = False
    unknown: list[str] = field(default_factory=list)


def parse(text: str, *, zone: str = "UTC") -> Cadence:
    """Read a cadence; a zone within the text goes before the one given."""
    rest, at = _time(text)
    rest, found = _zone(rest, zone)
    heard = _Heard()
    for word in re.findall(r"[^\s,'’]+", rest.lower()):
        _hear(heard, word)
    if heard.unknown:
        raise ScheduleError(_not_understood(text, heard.unknown[0]))
    return _cadence(text, heard, at, found)


def _time(text: str) -> tuple[str, time]:
    match = _TIME.search(text)
    if match is None:
        raise ScheduleError(f"{text!r} names no time of day; add one such as 10:00")
    hour, minute = int(match[1]), int(match[2] or match[3] or 0)
    try:
        at = time(hour, minute)
    except ValueError:
        raise ScheduleError(f"{match[0].strip()} is not a time of day") from None
    return text[: match.start()] + " " + text[match.end() :], at


def _zone(text: str, default: str) -> tuple[str, str]:
    match = _ZONE.search(text)
    name = match[0] if match else default
    zones.named(name)
    return (text[: match.start()] + text[match.end() :] if match else text), name


def _hear(heard: _Heard, word: str) -> None:
    singular = word.removesuffix("s")
    number = _DATE.fullmatch(word)
    if word in _PERIODS:
        heard.period = _PERIODS[word]
    elif word in _WEEKDAYS or singular in _WEEKDAYS:
        _once(heard, "weekday", _WEEKDAYS.get(word, _WEEKDAYS.get(singular)))
    elif word in _ORDINALS and not number:
        _once(heard, "nth", _ORDINALS[word])
    elif word in _WORKING:
        heard.working = True
    elif word in _DAY:
        heard.any_day = True
    elif number:
        _once(heard, "day", int(number[1]))
    elif word not in _FILLERS:
        heard.unknown.append(word)


def _once(heard: _Heard, what: str, value: object) -> None:
    if getattr(heard, what) is not None:
        raise ScheduleError(
            "a cadence names one day; make a second series for the other"
        )
    setattr(heard, what, value)


def _cadence(text: str, heard: _Heard, at: time, zone: str) -> Cadence:
    if heard.day is not None and heard.weekday is not None:
        heard.nth, heard.day = heard.day, None  # "2nd Thursday"
    if heard.nth == LAST and heard.any_day and not heard.working:
        heard.nth, heard.day = None, 31
    month = heard.period if heard.period in {Period.MONTH, Period.QUARTER} else None
    if heard.nth is not None and (heard.weekday is not None or heard.working):
        if heard.nth not in {1, 2, 3, 4, LAST}:
            raise ScheduleError(
                f"{text!r}: a month has a first to a fourth, and a last"
            )
        return Cadence(
            period=month or Period.MONTH,
            at=at,
            zone=zone,
            weekday=None if heard.working else heard.weekday,
            nth=heard.nth,
            working=heard.working,
        )
    if heard.day is not None:
        if not 1 <= heard.day <= 31:  # noqa: PLR2004 (the longest month)
            raise ScheduleError(f"{text!r}: no month has a day {heard.day}")
        return Cadence(period=month or Period.MONTH, at=at, zone=zone, day=heard.day)
    if heard.weekday is not None and month is None:
        return Cadence(period=Period.WEEK, at=at, zone=zone, weekday=heard.weekday)
    if heard.period is Period.DAY or (heard.any_day and heard.period is None):
        return Cadence(period=Period.DAY, at=at, zone=zone)
    raise ScheduleError(
        f"{text!r} does not say which day; write for example first Tuesday 10:00,"
        " weekly on Monday 09:00 or daily 02:30"
    )


def _not_understood(text: str, word: str) -> str:
    known = [*_WEEKDAYS, *_ORDINALS, *_PERIODS, *_DAY, *_WORKING]
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"{text!r}: {word!r} has no meaning in a cadence{hint}"


def spoken(cadence: Cadence) -> str:
    """Say a cadence back in English, so that its reader can check it."""
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
