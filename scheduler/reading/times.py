"""Takes the time of day and the zone out of the words of a cadence."""

import re
from datetime import time

from scheduler import zones
from scheduler.errors import ScheduleError

_END = r"(?=[\s,;.)]|$)"
_TIME = re.compile(
    r"(?<![\w:.+-])(?:"
    r"(?P<twelve>\d{1,2})(?:[:.](?P<past>\d{2}))?\s?(?P<half>[ap])\.?m\.?"
    r"|(?P<hour>\d{1,2})(?::(?P<minute>\d{2})"
    r"|\s?h(?:eures?)?\s?(?P<after>\d{2})?|\s?o['’]clock)"
    r"|(?P<noon>noon|midi)|(?P<midnight>midnight|minuit)"
    rf"){_END}",
    re.IGNORECASE,
)
# hours in words, as in French: à dix heures, à dix-huit heures trente
_SPOKEN_HOURS = (
    *("une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept"),
    *("dix-huit", "dix-neuf", "vingt"),
)
_HOURS = {name: number for number, name in enumerate(_SPOKEN_HOURS, start=1)}
_SPOKEN = re.compile(rf"(?<![\w-])({'|'.join(_HOURS)})\sheures?(?!\w)", re.IGNORECASE)
_ZONE = re.compile(
    r"(?<![\w/+-])(?:[A-Z][A-Za-z_]+/[A-Za-z0-9_/+-]+|UTC|GMT)(?=[\s,;)]|$)"
)
_CITY = re.compile(
    r"(?:(?<!\w)(?:heure d[e']|local time (?:of|in)|time in)\s?)?"
    r"(?<![\w'’])([A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,2})(?:\stime(?!\w))?"
)
_DOTTED = re.compile(r"(?<!\w)(at|à)\s(\d{1,2})\.(\d{2})(?![\w.])", re.IGNORECASE)
_HALF_DAY = 12


def take_time(text: str) -> tuple[str, time | None]:
    """Return the text without its time of day, and the time; None: it has none.

    Raises ScheduleError if it has two, or one that no day has.
    """
    text = _SPOKEN.sub(lambda match: f"{_HOURS[match[1].lower()]} h", text)
    text = _DOTTED.sub(r"\1 \2:\3", text)
    found = list(_TIME.finditer(text))
    if not found:
        return text, None
    if len(found) > 1:
        times = " and ".join(match[0].strip() for match in found[:2])
        raise ScheduleError(
            f"{text!r}: found {times}; a cadence has one time of day;"
            " make a second series for another"
        )
    match = found[0]
    try:
        at = _time(match)
    except ValueError:
        raise ScheduleError(f"{match[0].strip()} is not a time of day") from None
    return f"{text[: match.start()]} {text[match.end() :]}", at


def _time(match: re.Match[str]) -> time:
    if match["noon"] or match["midnight"]:
        return time(_HALF_DAY if match["noon"] else 0)
    if match["half"]:
        hour = int(match["twelve"])
        if not 1 <= hour <= _HALF_DAY:
            raise ValueError(hour)
        later = _HALF_DAY if match["half"].lower() == "p" else 0
        return time(hour % _HALF_DAY + later, int(match["past"] or 0))
    return time(int(match["hour"]), int(match["minute"] or match["after"] or 0))


def take_zone(text: str, default: str) -> tuple[str, str]:
    """Return the text without its zone, and the zone or else the default.

    A zone is an IANA name, or the city of one: Paris. Raises ScheduleError if no zone
    has the name.
    """
    if match := _ZONE.search(text):
        zones.named(match[0])
        return f"{text[: match.start()]} {text[match.end() :]}", match[0]
    for match in _CITY.finditer(text):
        zone = zones.of_city(match[1])
        if zone is not None:
            return f"{text[: match.start()]} {text[match.end() :]}", zone
    zones.named(default)
    return text, default
