"""Reads days that follow each other: 3–5 May 2027, du 30 mai au 2 juin 2027, 3 и 4 мая.

What one of the two days lacks, its month or its year, is that of the other.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from mailer.rendering.timing import days
from mailer.rendering.timing.days import DayError, NotOneDayError, WrittenDay

_TO = re.compile(
    r"\s?[-－‐‑‒–—―−~〜～至到]\s?|(?<=\d)/(?=\d{4}-)|\s(?:to|until|till|through|au?"
    r"|jusqu['’]au|al|hasta(?: el)?|по|до|bis(?: zum)?|إلى|الى|حتى)\s",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s(?:and|et|y|e|и|und|&)\s|\sو\s?|\s?(?:和|及|与|、|&)\s?", re.IGNORECASE
)
_LEAD = re.compile(
    r"(?:from|between|du|d[eè]s|del?|desde(?: el)?|entre(?: el| le)?|les?|l[oa]s|с|со"
    r"|между|vom|von|من|بين)\s|[从自]\s?",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\d{1,2}(?:\s?[,،、]\s?\d{1,2}){1,9}(?=\D)")


def read(text: str) -> tuple[date, date]:
    """Return the first and the last day that a text is; twice the same if it is one.

    Raises DayError if it is neither a day nor days that follow each other.
    """
    try:
        day = days.read(text)
    except NotOneDayError as fault:
        if found := _both(text):
            return found
        raise fault from None
    return day, day


def _both(text: str) -> tuple[date, date] | None:
    """Return the two days that a text joins; None if it joins no days."""
    plain, listed = _shortened(" ".join(text.split()))
    for one, other, joined in _halves(plain):
        pair = _completed(days.part_of(one), days.part_of(other))
        if pair is None:
            continue
        if not pair[0].year:
            raise DayError(f"{text[:60]!r} has no year; write it after the last day")
        first, last = (each.whole(text) for each in pair)
        if joined and last - first != timedelta(listed):
            raise DayError(
                f"{text[:60]!r} are not days that follow each other; write one item"
                " for each"
            )
        if last < first:
            raise DayError(
                f"{text[:60]!r} ends before it begins; correct one of the two"
            )
        return first, last
    return None


def _shortened(text: str) -> tuple[str, int]:
    """Return `3 and 5 May` for `the 3, 4 and 5 May`, and how many days it had before.

    Days that do not follow each other are left.
    """
    plain = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    listed = _LISTED.match(plain)
    if listed is None:
        return plain, 1
    numbers = [int(each) for each in re.findall(r"\d+", listed[0])]
    if numbers != list(range(numbers[0], numbers[-1] + 1)):
        return plain, 1
    return f"{numbers[0]}{plain[listed.end() :]}", len(numbers)


def _halves(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield what stands before and after each joint, and whether it is an “and”."""
    for pattern in (_TO, _AND):
        for joint in pattern.finditer(text):
            yield text[: joint.start()], text[joint.end() :], pattern is _AND


def _completed(
    one: WrittenDay | None, other: WrittenDay | None
) -> tuple[WrittenDay, WrittenDay] | None:
    """Return two days, each with the month and year of the other where it has none."""
    if one is None or other is None:
        return None
    month = one.month or other.month
    year = one.year or other.year
    first = replace(one, month=month, year=year)
    last = replace(other, month=other.month or month, year=other.year or year)
    if not one.year and first.month > last.month:
        first = replace(first, year=year - 1)
    return first, last
