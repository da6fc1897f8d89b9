"""The words of cadences in Russian."""

import re

from scheduler.cadences import LAST, Shift
from scheduler.saying.parts import listed
from scheduler.saying.told import Numbers, Words

# each weekday in the nominative and the accusative, and its gender
_WEEKDAYS = (
    ("понедельник", "понедельник", "m"),
    ("вторник", "вторник", "m"),
    ("среда", "среду", "f"),
    ("четверг", "четверг", "m"),
    ("пятница", "пятницу", "f"),
    ("суббота", "субботу", "f"),
    ("воскресенье", "воскресенье", "n"),
)
_EVERY = {"m": "каждый", "f": "каждую", "n": "каждое"}
_ORDINALS = {
    "m": ("первый", "второй", "третий", "четвертый", "пятый"),
    "f": ("первая", "вторая", "третья", "четвертая", "пятая"),
    "n": ("первое", "второе", "третье", "четвертое", "пятое"),
}
_LATEST = {
    "m": ("последний", "предпоследний"),
    "f": ("последняя", "предпоследняя"),
    "n": ("последнее", "предпоследнее"),
}
_ENDING = {"m": "й", "f": "я", "n": "е"}
_OF_MONTH = (
    *("", "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа"),
    *("сентября", "октября", "ноября", "декабря"),
)
_MONTH = (
    *("", "январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август"),
    *("сентябрь", "октябрь", "ноябрь", "декабрь"),
)


def _listed(words: list[str]) -> str:
    return listed(words, "и")


def _ordinal(number: int, gender: str) -> str:
    if number < 0:
        return _LATEST[gender][-number - 1]
    known = _ORDINALS[gender]
    return known[number - 1] if number <= len(known) else f"{number}-{_ENDING[gender]}"


def _weekly(weekdays: Numbers, weeks: int) -> str:
    names = [_WEEKDAYS[each] for each in weekdays]
    if weeks == 1:
        return _listed([f"{_EVERY[gender]} {name}" for _, name, gender in names])
    often = "две недели" if weeks == 2 else f"{weeks} нед."  # noqa: PLR2004
    return f"раз в {often}, {_listed([each[0] for each in names])}"


def _nth(weekdays: Numbers, nths: Numbers) -> str:
    names = [(_WEEKDAYS[each][0], _WEEKDAYS[each][2]) for each in weekdays]
    return _listed(
        [
            f"{_listed([_ordinal(each, gender) for each in nths])} {name}"
            for name, gender in names or [("рабочий день", "m")]
        ]
    )


def _dates(dates: Numbers) -> str:
    return _listed(
        ["последний день" if each == LAST else f"{each}-е число" for each in dates]
    )


def _within(months: str) -> str:
    """Return what names the months in which days recur: в январе, с мая по июнь."""
    if months.startswith("с "):
        return f"{{days}} {months}"
    where = re.sub(r"[ая]\b", "е", months)
    return f"{{days}} в {where}"


WORDS = Words(
    every_day="ежедневно",
    every_working_day="каждый рабочий день",
    each_month="каждого месяца",
    each_quarter="каждого квартала",
    quarter_begins="первого месяца каждого квартала",
    shorter=", или последний день более короткого месяца",
    shifts={
        Shift.SKIP: ", кроме дней, когда бюро закрыто",
        Shift.BACK: ", или следующий рабочий день",
        Shift.FORWARD: ", или предыдущий рабочий день",
    },
    starts=", с {}",
    ends=", по {}",
    at=", {time}, {zone}",
    weekly=_weekly,
    nth=_nth,
    dates=_dates,
    of_months=lambda months: _listed([_OF_MONTH[each] for each in months]),
    of_run=lambda first, last: f"с {_OF_MONTH[first]} по {_MONTH[last]}",
    within=_within,
)
