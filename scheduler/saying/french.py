"""Says the days of a cadence in French."""

from datetime import time

from scheduler.cadences import (
    EVERY_DAY,
    LAST,
    Days,
    Offset,
    Recurrence,
    Shift,
    Unit,
    Weekday,
)
from scheduler.saying import parts

_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("", "janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
_ORDINALS = {
    1: "premier",
    2: "deuxième",
    3: "troisième",
    4: "quatrième",
    5: "cinquième",
    LAST: "dernier",
    -2: "avant-dernier",
}
_SHIFTS = {
    Shift.SKIP: ", sauf si le bureau est fermé",
    Shift.BACK: ", ou le jour ouvrable suivant",
    Shift.FORWARD: ", ou le jour ouvrable précédent",
}
SEPARATOR = "\u00a0; "
_UNITS = {
    Unit.DAY: ("jour", "jours"),
    Unit.WORKING_DAY: ("jour ouvrable", "jours ouvrables"),
    Unit.WEEK: ("semaine", "semaines"),
    Unit.MONTH: ("mois", "mois"),
}
_EVENTS = {
    "event": "l’événement",
    "forum": "le forum",
    "session": "la session",
    "meeting": "la réunion",
    "conference": "la conférence",
    "consultation": "la consultation",
    "deadline": "l’échéance",
    "release": "l’envoi",
}


def days(value: Days) -> str:
    """Return days in words."""
    return base(value) + limits(value)


def base(value: Days) -> str:
    """Return the days of a cadence in words, before they are limited or moved."""
    said = event(value.event) if value.event else ""
    if value.recurrence is not None:
        said = _recurrence(value.recurrence)
    if value.offsets:
        said = f"{_listed([_offset(each) for each in value.offsets])} {said}"
    elif value.event:
        said = f"le jour de {said}".replace("de le ", "du ")
    return said


def limits(value: Days) -> str:
    """Return in words how days are moved, and from and until when they hold."""
    said = ""
    if value.shift is not None:
        said += _SHIFTS[value.shift]
    if value.starts is not None:
        said += f", à partir du {value.starts}"
    if value.ends is not None:
        said += f", jusqu’au {value.ends}"
    return said


def event(name: str) -> str:
    """Return the word for what a cadence counts from, with its article."""
    return _EVENTS[name]


def at(value: time, zone: str) -> str:
    """Return a time of day and its zone in words."""
    return f" à {_hour(value)}, {zone}"


def assumed_time(value: time) -> str:
    """Return the remark that no time of day was given."""
    return f"aucune heure n’est indiquée\u00a0: ce sera {_hour(value)}"


def assumed_day() -> str:
    """Return the remark that no day was given."""
    return "aucun jour n’est indiqué\u00a0: ce sera le premier jour ouvrable"


def _hour(value: time) -> str:
    return f"{value.hour} h" + (f" {value.minute:02}" if value.minute else "")


def _listed(words: list[str]) -> str:
    return parts.listed(words, "et")


def _recurrence(value: Recurrence) -> str:
    if value.rule:
        return f"RRULE:{value.rule}"
    if value.dates or value.nths:
        shorter = ", ou son dernier jour" if parts.may_be_shorter(value) else ""
        return f"{_picked(value)} {_of(value)}{shorter}"
    if value.working:
        said = "tous les jours ouvrables"
    elif value.weekdays == EVERY_DAY:
        said = "tous les jours"
    elif value.weeks == 1:
        said = f"tous les {_listed([f'{_WEEKDAYS[day]}s' for day in value.weekdays])}"
    elif value.weeks == 2 and len(value.weekdays) == 1:  # noqa: PLR2004 (sur deux)
        said = f"un {_weekdays(value.weekdays)} sur deux"
    else:
        said = f"toutes les {value.weeks} semaines le {_weekdays(value.weekdays)}"
    return said + (f" {_months('en', value.months)}" if value.months else "")


def _picked(value: Recurrence) -> str:
    """Return the day that is picked in a month: le premier mardi, le 1er et le 15."""
    if value.nths:
        ordinals = _listed([_ORDINALS.get(each, f"{each}e") for each in value.nths])
        what = "jour ouvrable" if value.working else _weekdays(value.weekdays)
        article = "l’" if ordinals.startswith("a") else "le "
        return f"{article}{ordinals} {what}"
    if LAST in value.dates:
        names = ["dernier" if each == LAST else _date(each) for each in value.dates]
        return f"le {_listed(names)} jour"
    return _listed([f"le {_date(each)}" for each in value.dates])


def _date(number: int) -> str:
    return "1er" if number == 1 else str(number)


def _of(value: Recurrence) -> str:
    if not value.months:
        return "de chaque mois"
    by_date = not value.nths and LAST not in value.dates
    if by_date and len(value.months) == 1:
        return _MONTHS[value.months[0]]  # le 3 mai
    if parts.is_quarterly(value):
        return f"{'du premier mois ' if by_date else ''}de chaque trimestre"
    return _months("de", value.months)


def _months(word: str, months: tuple[int, ...]) -> str:
    return parts.months_or_run(
        months,
        run=lambda first, last: f"{_with('de', first)} à {_MONTHS[last]}",
        each=lambda every: _listed([_with(word, each) for each in every]),
    )


def _with(word: str, month: int) -> str:
    """Return a month after en or de; de loses its e before a vowel."""
    name = _MONTHS[month]
    return f"d’{name}" if word == "de" and name[0] in "ao" else f"{word} {name}"


def _weekdays(weekdays: tuple[Weekday, ...]) -> str:
    return _listed([_WEEKDAYS[each] for each in weekdays])


def _offset(value: Offset) -> str:
    direction = "avant" if value.count < 0 else "après"
    if value.weekday is not None:
        return f"le {_WEEKDAYS[value.weekday]} {direction}"
    count = abs(value.count)
    return f"{count} {_UNITS[value.unit][count > 1]} {direction}"
