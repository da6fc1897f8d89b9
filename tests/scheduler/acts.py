"""Reads the table of cadences, and draws cadences at random."""

import csv
from datetime import date, time
from pathlib import Path

from hypothesis import strategies as st

from scheduler.cadences import (
    EVERY_DAY,
    LAST,
    Cadence,
    Days,
    Offset,
    Recurrence,
    Shift,
    Unit,
    Weekday,
)

ZONES = [
    "Europe/Paris",
    "America/Sao_Paulo",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
]
TIMES = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))
MONTHS = st.one_of(
    st.just(()),
    st.sets(st.integers(1, 12), min_size=1, max_size=11).map(
        lambda chosen: tuple(sorted(chosen))
    ),
)
SOME_WEEKDAYS = st.sets(st.sampled_from(Weekday), min_size=1, max_size=6).map(
    lambda chosen: tuple(sorted(chosen))
)


def ordered(numbers: set[int]) -> tuple[int, ...]:
    """Return numbers in order, those from the end last."""
    return tuple(sorted(numbers, key=lambda number: (number < 0, number)))


WEEKLY = st.builds(
    Recurrence, weekdays=SOME_WEEKDAYS, weeks=st.integers(1, 9), months=MONTHS
)
BY_ORDINAL = st.builds(
    Recurrence,
    weekdays=st.sampled_from(Weekday).map(lambda day: (day,)),
    nths=st.sets(st.sampled_from([1, 2, 3, 4, LAST, -2]), min_size=1).map(ordered),
    months=MONTHS,
)
BY_WORKING_DAY = st.builds(
    Recurrence,
    working=st.just(value=True),
    nths=st.sets(
        st.sampled_from([*range(1, 16), LAST, -2]), min_size=1, max_size=3
    ).map(ordered),
    months=MONTHS,
)
BY_DATE = st.builds(
    Recurrence,
    dates=st.sets(st.sampled_from([*range(1, 31), LAST]), min_size=1, max_size=3).map(
        ordered
    ),
    months=MONTHS.filter(lambda months: 2 not in months),
)
DAILY = st.builds(
    Recurrence,
    weekdays=st.just(EVERY_DAY),
    months=MONTHS,
) | st.builds(Recurrence, working=st.just(value=True), months=MONTHS)
RECURRENCES = st.one_of(WEEKLY, BY_ORDINAL, BY_WORKING_DAY, BY_DATE, DAILY)
COUNTS = st.integers(1, 24).flatmap(lambda count: st.sampled_from([count, -count]))
OFFSETS = st.one_of(
    st.builds(Offset, count=COUNTS, unit=st.sampled_from(Unit)),
    st.builds(Offset, count=st.sampled_from([1, -1]), weekday=st.sampled_from(Weekday)),
)
OFFSET_LISTS = st.lists(OFFSETS, max_size=3, unique=True).map(tuple)
EVENTS = st.sampled_from(["event", "forum", "session", "meeting", "release"])
STARTS = st.none() | st.dates(date(2000, 1, 1), date(2030, 12, 31))
ENDS = st.none() | st.dates(date(2031, 1, 1), date(2099, 12, 31))
SHIFTS = st.none() | st.sampled_from(Shift)
DAYS = st.builds(
    Days,
    recurrence=RECURRENCES,
    offsets=OFFSET_LISTS,
    shift=SHIFTS,
    starts=STARTS,
    ends=ENDS,
) | st.builds(
    Days, event=EVENTS, offsets=OFFSET_LISTS, shift=SHIFTS, starts=STARTS, ends=ENDS
)
CADENCES = st.builds(Cadence, days=DAYS, at=TIMES, zone=st.sampled_from(ZONES))
EVENT = date(2027, 5, 4)
USUAL = time(10)


def rows(name: str) -> list[list[str]]:
    """Return the rows of a table beside the tests; a line with # is a comment."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
