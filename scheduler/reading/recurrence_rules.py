"""Reads and writes rules of RFC 5545: RRULE:FREQ=MONTHLY;BYDAY=1TU."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from dateutil import rrule

from scheduler.cadences import EVERY_DAY, SHORTEST_MONTH, Recurrence, Weekday
from scheduler.errors import ScheduleError
from scheduler.reading.refusals import too_often

_RULE = re.compile(
    r"(?:DTSTART(?:;TZID=(?P<zone>[^:;\s]{1,60}))?:(?P<starts>\d{8})"
    r"(?:T(?P<at>\d{4})00(?P<utc>Z?))?\s+)?"
    r"(?:RRULE:)?(?P<rule>FREQ=[A-Z0-9=;,+:-]*)(?=[\s,]|$)",
    re.IGNORECASE,
)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BY_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_PARTS = {
    *("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH"),
    *("BYSETPOS", "WKST", "BYHOUR", "BYMINUTE", "BYSECOND", "UNTIL", "COUNT"),
}
_PINS = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"}  # name days without DTSTART
_CLOCK = {"BYHOUR", "BYMINUTE", "BYSECOND"}
_MOST = {
    "BYMONTH": 12,
    "BYMONTHDAY": 31,
    "BYYEARDAY": 366,
    "BYWEEKNO": 53,
    "BYSETPOS": 366,
    "COUNT": 100_000,
}
_MAX_NTH = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """A rule that was taken out of a text; None is what it does not say."""

    rest: str
    recurrence: Recurrence
    at: time | None = None
    zone: str | None = None
    starts: date | None = None
    ends: date | None = None


_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_TOO_OFTEN = {"HOURLY", "MINUTELY", "SECONDLY"}


def take(text: str) -> Taken | None:
    """Return the rule in a text, and the rest of the text; None: it has none.

    Raises ScheduleError if the rule is not valid, falls several times a day, or names
    no day.
    """
    match = _RULE.search(text)
    if match is None:
        return None
    parts = _parts(match["rule"])
    starts, at = _moment(match["starts"]), _clock(text, parts)
    if match["at"]:
        at = at or time.fromisoformat(f"{match['at'][:2]}:{match['at'][2:]}")
    if parts["FREQ"] in _TOO_OFTEN:
        raise too_often(text)
    if parts["FREQ"] not in _FREQUENCIES:
        raise ScheduleError(
            f"FREQ={parts['FREQ'][:40]} is not one of {', '.join(_FREQUENCIES)}"
        )
    ends = _last_day(parts.pop("UNTIL")) if "UNTIL" in parts else None
    _require_valid(parts)
    zone = "UTC" if match["utc"] else match["zone"]
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    return Taken(rest, _recurrence(parts), at, zone, starts, ends)


def _last_day(until: str) -> date | None:
    """Return the day of UNTIL; refuse an instant, which may be before the letter."""
    if "T" in until and not until.endswith("T235959"):
        raise ScheduleError(
            f"UNTIL={until[:20]} has a time of day; write the last day, such as"
            " UNTIL=20261231"
        )
    return _moment(until.partition("T")[0])


def is_pinned(rule: str) -> bool:
    """Return whether a rule names its days, so that it needs no beginning."""
    return any(f"{name}=" in rule for name in _PINS)


def require_pinned(rule: str) -> None:
    """Raise ScheduleError if a rule needs a beginning: it counts, or names no day."""
    if not is_pinned(rule):
        raise ScheduleError(
            f"{rule} names no day; add BYDAY or BYMONTHDAY, or a beginning:"
            " from 2027-01-05"
        )
    if "COUNT=" in rule:
        raise ScheduleError(f"{rule}: COUNT needs a beginning: from 2027-01-05")


def _parts(rule: str) -> dict[str, str]:
    """Return the parts of a rule by name."""
    parts: dict[str, str] = {}
    for each in rule.upper().rstrip(";").split(";"):
        name, sign, value = each.partition("=")
        if name not in _PARTS or not sign or not value or name in parts:
            raise ScheduleError(
                f"{each[:60]!r} is not a part of a rule such as"
                " FREQ=MONTHLY;BYDAY=1TU, or it is there twice"
            )
        parts[name] = value
    return parts


def _moment(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 (a local day)
    except ValueError:
        raise ScheduleError(f"{text!r} is not a day such as 20270105") from None


def _clock(text: str, parts: dict[str, str]) -> time | None:
    """Take the time of day out of a rule."""
    clock = {name: parts.pop(name) for name in _CLOCK & set(parts)}
    if not clock:
        return None
    if any("," in value for value in clock.values()):
        raise too_often(text)
    try:
        if int(clock.get("BYSECOND", "0")):
            raise ScheduleError("BYSECOND is not 0; letters go at a full minute")
        return time(int(clock["BYHOUR"]), int(clock.get("BYMINUTE", "0")))
    except (KeyError, ValueError):
        raise ScheduleError(
            "BYHOUR and BYMINUTE of the rule are not a time of day"
        ) from None


def _require_valid(parts: Mapping[str, str]) -> None:
    try:
        rrule.rrulestr(_joined(parts), dtstart=datetime(2001, 1, 1))  # noqa: DTZ001
        interval = int(parts.get("INTERVAL", "1"))
        is_short = parts["FREQ"] in {"DAILY", "WEEKLY"}
        if is_short and re.search(r"\d", parts.get("BYDAY", "")):
            raise ScheduleError(f"FREQ={parts['FREQ']} has no numbered days in BYDAY")
        for name, most in _MOST.items():
            for each in _values(parts, name):
                _require_within(name, int(each), most)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError):
        raise ScheduleError(
            f"{_joined(parts)[:200]} is not a rule such as FREQ=MONTHLY;BYDAY=1TU"
        ) from None
    if not 1 <= interval <= 1000:  # noqa: PLR2004 (more would never fall)
        raise ScheduleError(f"INTERVAL is {interval}; expected 1 to 1000")


def _require_within(name: str, number: int, most: int) -> None:
    if not 1 <= abs(number) <= most or (name == "BYMONTH" and number < 0):
        raise ScheduleError(f"{name} is {number}; expected 1 to {most}")


def _joined(parts: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _recurrence(parts: Mapping[str, str]) -> Recurrence:
    """Return the recurrence of a rule; one that has no words is kept as it is."""
    kept = Recurrence(rule=_joined(parts))
    if not set(parts) <= {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH"}:
        return kept
    interval = int(parts.get("INTERVAL", "1"))
    months = tuple(sorted({int(each) for each in _values(parts, "BYMONTH")}))
    dates = tuple(int(each) for each in _values(parts, "BYMONTHDAY"))
    days = [_BY_DAY.fullmatch(each) for each in _values(parts, "BYDAY")]
    pairs = {(int(each[1] or 0), _DAYS.index(each[2])) for each in days if each}
    if parts["FREQ"] in {"DAILY", "WEEKLY"}:
        found = None if dates else _weekly(parts["FREQ"], interval, pairs, months)
    elif interval > 1 or (parts["FREQ"] == "YEARLY" and not months):
        found = None
    else:
        found = _monthly(dates, pairs, months)
    return found or kept


def _weekly(
    frequency: str, interval: int, pairs: set[tuple[int, int]], months: tuple[int, ...]
) -> Recurrence | None:
    """Return days of the week; None: words have no such interval, or it has no day."""
    if any(nth for nth, _ in pairs) or (frequency == "DAILY" and interval > 1):
        return None
    if not pairs and frequency == "WEEKLY":
        return None
    weekdays = tuple(Weekday(day) for _, day in sorted(pairs)) or EVERY_DAY
    return Recurrence(weekdays=weekdays, weeks=interval, months=months)


def _monthly(
    dates: tuple[int, ...], pairs: set[tuple[int, int]], months: tuple[int, ...]
) -> Recurrence | None:
    """Return dates, or ordinals of weekdays; None: words have no such combination."""
    if dates and not pairs and all(_always(each) for each in dates):
        return Recurrence(dates=dates, months=months)
    nths = sorted({nth for nth, _ in pairs}, key=lambda nth: (nth < 0, nth))
    weekdays = sorted({day for _, day in pairs})
    is_full = len(pairs) == len(nths) * len(weekdays)
    if dates or not pairs or not is_full or not all(_is_nth(nth) for nth in nths):
        return None
    return Recurrence(
        weekdays=tuple(Weekday(day) for day in weekdays),
        nths=tuple(nths),
        months=months,
    )


def read(rule: str) -> Recurrence:
    """Return the recurrence of a rule without a time.

    Raises ScheduleError if it is not valid.
    """
    parts = _parts(rule)
    _require_valid(parts)
    return _recurrence(parts)


def _values(parts: Mapping[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _always(number: int) -> bool:
    """Return whether every month has a date that words would not move."""
    return 1 <= number <= SHORTEST_MONTH or number == -1


def _is_nth(number: int) -> bool:
    return 1 <= number <= _MAX_NTH or number in {-1, -2}


def written(recurrence: Recurrence) -> str | None:
    """Return the rule of a recurrence; None: it has working days, which no rule has."""
    if recurrence.rule:
        return recurrence.rule
    if recurrence.working:
        return None
    months = _part("BYMONTH", recurrence.months)
    names = [_DAYS[each] for each in recurrence.weekdays]
    if recurrence.nths:
        every = [f"{nth}{name}" for nth in recurrence.nths for name in names]
        return f"FREQ=MONTHLY;BYDAY={','.join(every)}{months}"
    if recurrence.dates:
        return f"FREQ=MONTHLY{_month_days(recurrence.dates)}{months}"
    if recurrence.weekdays == EVERY_DAY and recurrence.weeks == 1:
        return f"FREQ=DAILY{months}"
    interval = f";INTERVAL={recurrence.weeks}" if recurrence.weeks > 1 else ""
    return f"FREQ=WEEKLY{interval};BYDAY={','.join(names)}{months}"


def _month_days(dates: tuple[int, ...]) -> str:
    """Return BYMONTHDAY; a date that a short month lacks is its last day there."""
    if max(dates) <= SHORTEST_MONTH:
        return _part("BYMONTHDAY", dates)
    if len(dates) == 1:
        up_to = tuple(range(SHORTEST_MONTH, dates[0] + 1))
        return f"{_part('BYMONTHDAY', up_to)};BYSETPOS=-1"
    raise ScheduleError(
        "several dates of which a short month lacks one have no rule of RFC 5545"
    )


def _part(name: str, numbers: tuple[int, ...]) -> str:
    return f";{name}={','.join(map(str, numbers))}" if numbers else ""
