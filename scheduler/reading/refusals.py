"""Refuses what looks like a cadence and is none, with what to write instead."""

import re
from collections.abc import Sequence

from scheduler.errors import ScheduleError
from scheduler.reading.heard import joined
from scheduler.reading.lexicon import PhraseKind
from scheduler.reading.tokens import Token, plain

ONE_DATE = "a series takes single dates besides (add-date)"
COUNTS = {PhraseKind.NUMBER, PhraseKind.ORDINAL}
FIRST_YEAR = 1000  # a larger number is a year, not a day
MOST_WEEKDAYS = 5  # in a month
# Days that another calendar than ours sets, as `plain` has them.
_FEASTS = re.compile(
    r"(?<![\w/])(easter|paques|whitsun|pentecost|pentecote|ascension|ash wednesday"
    r"|carnival|carnaval|mardi gras|ramadan|eid|aid|passover|thanksgiving|diwali"
    r"|lunar new year|chinese new year|nouvel an chinois|new moon|full moon)(?!\w)"
)
# An hour without minutes: at 9, à 9; a number that counts something has a word after.
_BARE_HOUR = re.compile(
    r"(?<!\w)(?:at|à)\s(?P<hour>\d{1,2})(?=\s*(?:$|[,;)]|in\s|[A-Z]))"
)


def refuse_feasts(text: str) -> None:
    """Raise ScheduleError for a feast that moves from year to year."""
    found = _FEASTS.search(plain(text))
    if found:
        raise ScheduleError(
            f"{text!r}: {found[0]!r} falls on another day each year, and no cadence"
            f" has it; {ONE_DATE}"
        )


def refuse_bare_hour(text: str) -> None:
    """Raise ScheduleError for an hour that may be one of the morning or evening."""
    found = _BARE_HOUR.search(text)
    if found:
        raise ScheduleError(
            f"{text!r}: {found[0].strip()!r} is not a time of day; write"
            f" {found['hour']}:00, or {found['hour']} am or pm"
        )


def refuse_dates(text: str, tokens: Sequence[Token]) -> None:
    """Raise ScheduleError for a day that falls once: Tuesday 4 May, Friday the 13th.

    The fourth Tuesday of May is written with its number before the weekday.
    """
    minor = {PhraseKind.FILLER, PhraseKind.COMMA}
    said = [each for each in tokens if each.kind not in minor]
    kinds = [each.kind for each in said]
    for place, each in enumerate(said[:-1]):
        number = said[place + 1]
        if each.kind is not PhraseKind.WEEKDAY or number.kind not in COUNTS:
            continue
        following = kinds[place + 2 : place + 3]
        is_date = following == [PhraseKind.MONTH] or number.value > MOST_WEEKDAYS
        if is_date and following != [PhraseKind.UNIT]:
            raise ScheduleError(
                f"{text!r}: {each.text!r} and day {number.value} meet in some months"
                f" only; write either of them; {ONE_DATE}"
            )


def no_day(text: str, token: Token) -> ScheduleError:
    """Return the error of a number that no day of a month has; it may be a year."""
    if token.value >= FIRST_YEAR:
        return ScheduleError(
            f"{text!r}: {token.text} is a year, and a cadence recurs; {ONE_DATE}"
        )
    return ScheduleError(f"{text!r}: no month has a day {token.text}")


def no_fit(text: str, tokens: Sequence[Token]) -> ScheduleError:
    """Return the error of phrases that do not fit where they are."""
    words = joined(tokens)
    if tokens[0].kind is PhraseKind.DATE:
        return ScheduleError(
            f"{text!r}: {words} is one date, and a cadence recurs; {ONE_DATE}"
        )
    return ScheduleError(f"{text!r}: {words!r} does not fit where it is")


def too_often(text: str) -> ScheduleError:
    """Return the error of a cadence with several dates on a day."""
    return ScheduleError(
        f"{text[:60]!r} falls several times a day; a series has one letter a day at"
        " most, such as daily 10:00"
    )
