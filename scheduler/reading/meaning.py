"""Puts together what the phrases of a cadence say.

Each of them counts, or is refused.
"""

import calendar
from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduler.cadences import (
    EVERY_DAY,
    LAST,
    QUARTER_ENDS,
    QUARTERS,
    Days,
    Recurrence,
)
from scheduler.days import rules
from scheduler.errors import ScheduleError
from scheduler.reading import recurrence_rules
from scheduler.reading.heard import Heard, Period
from scheduler.reading.recurrence_rules import Taken
from scheduler.slots import never_falls

MAX_NTH = 4
MAX_WORKING_DAY = 15
MAX_WEEKS = 52
_ALWAYS = {"offsets", "event", "shift", "starts", "ends"}
_YEAR = 12  # months
_LEAP_YEAR = 2028
_LONGEST_MONTH = 31  # days
FIRST_WORKING_DAY = "first working day"


@dataclass(frozen=True, slots=True)
class MeantDays:
    """Days, the names of what was said and is in them, and what was assumed."""

    days: Days
    used: frozenset[str]
    assumed: str = ""


def days_of(text: str, heard: Heard, describe: Callable[[Days], str]) -> MeantDays:
    """Return the days that phrases mean, with what was assumed.

    `describe` says days in words, for errors. Raises ScheduleError if no day is named,
    if a phrase does not fit the others, or if the days never fall.
    """
    _refuse_unclear(text, heard)
    if heard.event and not heard.weekdays and not heard.numbers and not heard.period:
        recurrence, used, assumed = (
            None,
            {"any_day"} if not heard.offsets else set(),
            "",
        )
    else:
        recurrence, used, assumed = _recurrence(text, heard)
        used -= {"event"}
    days = Days(
        recurrence=recurrence,
        event=heard.event if recurrence is None else "",
        offsets=heard.offsets,
        shift=heard.shift,
        starts=heard.starts,
        ends=heard.ends,
    )
    kept = _ALWAYS - ({"event"} if recurrence is not None else set())
    unused = heard.words_besides(used | kept)
    if unused:
        raise ScheduleError(
            f"{text!r}: {', '.join(map(repr, unused))} does not fit the rest;"
            f" the rest means {describe(days)}"
        )
    if days.starts and days.ends and days.ends < days.starts:
        raise ScheduleError(f"{text!r} ends on {days.ends}, before it starts")
    if never_falls(days):
        raise ScheduleError(f"{text!r} never falls: it means {describe(days)}")
    return MeantDays(days, frozenset(used), assumed)


def with_rule(
    text: str, heard: Heard, taken: Taken, describe: Callable[[Days], str]
) -> Days:
    """Return the days of a rule, with the limits and the shift that words add to it.

    Raises ScheduleError if the words say something else, or if the rule never falls.
    """
    unused = heard.words_besides({"shift", "starts", "ends"})
    if unused:
        raise ScheduleError(
            f"{text!r}: {', '.join(map(repr, unused))} does not fit a rule"
        )
    days = Days(
        recurrence=taken.recurrence,
        shift=heard.shift,
        starts=heard.starts or taken.starts,
        ends=heard.ends or taken.ends,
    )
    rule = taken.recurrence.rule
    if rule and days.starts is None:
        recurrence_rules.require_pinned(rule)
    elif rule and days.starts and not recurrence_rules.is_pinned(rule):
        named = recurrence_rules.read(rules.pinned(rule, days.starts))
        days = replace(days, recurrence=named)
    if never_falls(days):
        raise ScheduleError(f"{text!r} never falls: it means {describe(days)}")
    return days


def _refuse_unclear(text: str, heard: Heard) -> None:
    """Refuse what can mean an interval or a date: every second Tuesday."""
    counts = set(heard.numbers) - {1, LAST, -2}
    has_day = heard.weekdays or heard.any_day or heard.working
    if heard.every and counts and has_day and heard.period is None:
        raise ScheduleError(
            f"{text!r} can mean an interval, such as every other week; if a day of the"
            " month is meant, add: of the month"
        )


def _recurrence(text: str, heard: Heard) -> tuple[Recurrence, set[str], str]:
    """Return the recurrence, the names of what it has of the words, and a remark."""
    if heard.numbers:
        return _picked(text, heard)
    if heard.working:
        daily = {"period", "any_day"} if heard.period == Period("day") else set()
        used = {"working", "months"} | daily
        return Recurrence(working=True, months=heard.months), used, ""
    if heard.weekdays and (heard.period is None or heard.period.unit != "month"):
        return _weekly(text, heard)
    if heard.period == Period("day") or (heard.any_day and heard.period is None):
        used = {"any_day", "period", "months"}
        return Recurrence(weekdays=EVERY_DAY, months=heard.months), used, ""
    months = () if heard.weekdays else _months(text, heard)
    if heard.months and months and heard.times in {None, (len(months), "year")}:
        found = Recurrence(working=True, nths=(1,), months=months)
        return found, {"times", "period", "months"}, FIRST_WORKING_DAY
    raise _no_day(text)


def _picked(text: str, heard: Heard) -> tuple[Recurrence, set[str], str]:
    """Return days that numbers pick in a month: the first Tuesday, the 15th."""
    used = _in_months(heard)
    if heard.working:
        return _monthly(text, heard, limit=MAX_WORKING_DAY), used, ""
    if heard.weekdays:
        return _monthly(text, heard, limit=MAX_NTH), used, ""
    if min(heard.numbers) < 0 and not heard.any_day:
        raise _no_day(text)
    return _monthly(text, heard, limit=None), used | {"any_day"}, ""


def _no_day(text: str) -> ScheduleError:
    return ScheduleError(
        f"{text!r} does not name a day; write for example first Tuesday 10:00,"
        " weekly on Monday 09:00 or daily 02:30"
    )


def _in_months(heard: Heard) -> set[str]:
    used = {"numbers", "weekdays", "working", "months", "else_last"}
    monthly = heard.period is not None and heard.period.unit == "month"
    return used | ({"period", "times", "month_of_quarter"} if monthly else {"times"})


def _weekly(text: str, heard: Heard) -> tuple[Recurrence, set[str], str]:
    weeks = heard.period.interval if heard.period else 1
    if heard.period is not None and heard.period.unit == "day":
        return Recurrence(weekdays=heard.weekdays), {"weekdays"}, ""
    if not 1 <= weeks <= MAX_WEEKS:
        raise ScheduleError(
            f"{text!r}: found every {weeks} weeks; expected at most {MAX_WEEKS}"
        )
    if heard.times not in {None, (len(heard.weekdays), "week")}:
        raise _wrong_times(text, heard, len(heard.weekdays), "days of the week")
    found = Recurrence(weekdays=heard.weekdays, weeks=weeks, months=heard.months)
    return found, {"weekdays", "period", "months", "times"}, ""


def _monthly(text: str, heard: Heard, *, limit: int | None) -> Recurrence:
    """Return days picked in months, by ordinals up to a limit or by dates."""
    months = _months(text, heard)
    if limit is None:
        _require_times(text, heard, len(heard.numbers))
        for number in heard.numbers:
            for month in heard.months:
                if number > calendar.monthrange(_LEAP_YEAR, month)[1]:
                    raise ScheduleError(
                        f"{text!r}: {calendar.month_name[month]} has no day {number}"
                    )
        return Recurrence(dates=_with_last(heard.numbers), months=months)
    for number in heard.numbers:
        if number > limit:
            expected = (
                "first, second, third, fourth or last"
                if limit == MAX_NTH
                else f"a working day from the first to the {limit}th, or the last"
            )
            raise ScheduleError(
                f"{text!r}: found {number} before the day; expected {expected}"
            )
    _require_times(text, heard, len(heard.numbers) * max(len(heard.weekdays), 1))
    return Recurrence(
        weekdays=() if heard.working else heard.weekdays,
        working=heard.working,
        nths=heard.numbers,
        months=months,
    )


def _with_last(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return dates with -1 for 31: a shorter month has its last day."""
    return tuple(LAST if number == _LONGEST_MONTH else number for number in numbers)


def _require_times(text: str, heard: Heard, days: int) -> None:
    """Refuse twice a month with another number of days in a month, or twice a week."""
    if heard.times is None or heard.times[1] == "year":
        return
    if heard.times != (days, "month"):
        raise _wrong_times(text, heard, days, "days of the month")


def _wrong_times(text: str, heard: Heard, found: int, what: str) -> ScheduleError:
    times, unit = heard.times or (0, "")
    said = f"{times} a {unit}"
    what = what if found > 1 else what.replace("days", "day").replace("months", "month")
    return ScheduleError(f"{text!r} has {found} {what}; expected {said}, as it says")


def _months(text: str, heard: Heard) -> tuple[int, ...]:
    """Return the months in which a day is picked; () is all."""
    named, times = heard.months, heard.times
    if times and times[1] == "year":
        if not named:
            raise ScheduleError(
                f"{text!r} does not name the months; write for example"
                " twice a year in January and September"
            )
        if len(named) != times[0]:
            raise _wrong_times(text, heard, len(named), "months")
    interval = heard.period.interval if heard.period else 1
    if heard.period is None or heard.period.unit != "month" or interval == 1:
        return named
    if interval > _YEAR or _YEAR % interval:
        raise ScheduleError(
            f"{text!r}: every {interval} months has other months each year; name the"
            " months instead"
        )
    if named:
        if len(named) != _YEAR // interval:
            raise ScheduleError(
                f"{text!r} has {len(named)} months; expected {_YEAR // interval}"
            )
        return named
    if interval == _YEAR and heard.starts is None:
        raise ScheduleError(
            f"{text!r} does not name the month; write for example yearly on 15 January"
        )
    return _every_months(text, heard, interval)


def _every_months(text: str, heard: Heard, interval: int) -> tuple[int, ...]:
    """Return every second, third, fourth or sixth month of a year."""
    quarter = len(QUARTERS) == _YEAR // interval
    if quarter and heard.month_of_quarter is not None:
        place = heard.month_of_quarter
        if place == LAST:
            return QUARTER_ENDS
        if not 1 <= place <= interval:
            raise ScheduleError(f"{text!r}: a quarter has three months")
        return tuple(month + place - 1 for month in QUARTERS)
    if heard.starts is not None:
        first = (heard.starts.month - 1) % interval + 1
    else:
        last = {number < 0 for number in _with_last(heard.numbers)}
        if len(last) > 1 and quarter:
            raise ScheduleError(
                f"{text!r} has days at the beginning and at the end of a quarter;"
                " make two series"
            )
        first = interval if quarter and last == {True} else 1
    return tuple(range(first, _YEAR + 1, interval))
