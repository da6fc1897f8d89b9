"""A cadence is read in words; every word of it counts, or it is refused."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler import words
from scheduler.cadences import LAST, slots_after
from scheduler.errors import ScheduleError


@pytest.mark.parametrize(
    ("text", "description", "first"),
    [
        ("daily 02:30", "every day at 02:30, UTC", "2026-11-25T02:30"),
        ("weekly on Monday 00:00", "every Monday at 00:00, UTC", "2026-11-30T00:00"),
        (
            "first Tuesday, 10:00, Europe/Paris",
            "the first Tuesday of each month at 10:00, Europe/Paris",
            "2026-12-01T09:00",
        ),
        (
            "last working day of the month 09:00",
            "the last working day of each month at 09:00, UTC",
            "2026-11-30T09:00",
        ),
        (
            "quarterly on the second Thursday 09:00",
            "the second Thursday of each quarter at 09:00, UTC",
            "2027-01-14T09:00",
        ),
        (
            "le 15 du mois à 9 h",
            "day 15 of each month at 09:00, UTC",
            "2026-12-15T09:00",
        ),
        (
            "le premier mardi du mois à 10h",
            "the first Tuesday of each month at 10:00, UTC",
            "2026-12-01T10:00",
        ),
        ("tous les lundis à 9 h 30", "every Monday at 09:30, UTC", "2026-11-30T09:30"),
        ("chaque jour à 8h", "every day at 08:00, UTC", "2026-11-25T08:00"),
        (
            "dernier jour ouvrable du mois 17:00",
            "the last working day of each month at 17:00, UTC",
            "2026-11-30T17:00",
        ),
        (
            "last day of the month 23:00",
            "the last day of each month at 23:00, UTC",
            "2026-11-30T23:00",
        ),
        (
            "2nd working day 09:00",
            "the second working day of each month at 09:00, UTC",
            "2026-12-02T09:00",
        ),
        (
            "first day of the month 09:00",
            "day 1 of each month at 09:00, UTC",
            "2026-12-01T09:00",
        ),
        (
            "last day of the quarter 09:00",
            "the last day of each quarter at 09:00, UTC",
            "2026-12-31T09:00",
        ),
        (
            "dernier lundi du trimestre à 9 h",
            "the last Monday of each quarter at 09:00, UTC",
            "2026-12-28T09:00",
        ),
        (
            "le 15 du trimestre à 9 h",
            "day 15 of the first month of each quarter at 09:00, UTC",
            "2027-01-15T09:00",
        ),
        (
            "monthly, on the first Monday of the month, 09:00",
            "the first Monday of each month at 09:00, UTC",
            "2026-12-07T09:00",
        ),
    ],
)
def test_a_cadence_is_read_in_english_and_french(
    text: str, description: str, first: str
) -> None:
    cadence = words.parse(text)
    slot = next(slots_after(cadence, datetime(2026, 11, 24, 12, tzinfo=UTC)))

    assert words.describe(cadence) == description
    assert slot.instant == datetime.fromisoformat(first).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("first Tuesday", "has no time of day"),
        ("first Tuesday 25:00", "25:00 is not a time of day"),
        ("fist Tuesday 10:00", "did you mean first?"),
        ("first Tuesday 10:00 Mars/Phobos", "not a time zone"),
        ("monthly 09:00", "does not name a day"),
        ("second last Tuesday 09:00", "a cadence has one day"),
        ("Monday Friday 09:00", "a cadence has one day"),
        ("day 32 09:00", "no month has a day 32"),
        ("fifth Monday 09:00", "'fifth' is not a word of a cadence"),
        ("5th Monday 09:00", "found 5 before the day; expected first"),
        ("", "has no time of day"),
        (
            "every working day 09:00",
            "'working' does not fit the rest; the rest means every day at 09:00, UTC",
        ),
        ("weekly first Tuesday 09:00", "'weekly' does not fit the rest"),
        ("daily Tuesday 09:00", "'daily' does not fit the rest"),
        ("first 15 09:00", "'first' does not fit the rest"),
        ("quarterly first Tuesday of the month 09:00", "a cadence has one period"),
        ("last quarter day 09:00", "'last quarter' is not understood"),
        ("quarter day 09:00", "'quarter day' is not understood"),
        ("every 2nd month on Monday 09:00", "'2nd month' is not understood"),
        ("tous les 15 jours à 9 h", "'15 jours' is not understood"),
        ("every second Tuesday 09:00", "can mean an interval"),
        ("every 2nd working day 09:00", "can mean an interval"),
    ],
)
def test_the_error_says_why_a_cadence_is_refused(text: str, error: str) -> None:
    with pytest.raises(ScheduleError, match=re.escape(error)):
        words.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_schedule_error(text: str) -> None:
    try:
        cadence = words.parse(text)
    except ScheduleError:
        return

    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert next(slots_after(cadence, start)).instant > start


GOOD = [
    "daily 02:30",
    "weekly on Monday 00:00",
    "first Tuesday, 10:00, Europe/Paris",
    "last working day of the month 09:00",
    "quarterly on the second Thursday 09:00",
    "le 15 du mois à 9 h",
    "tous les lundis à 9 h 30",
    "last day of the quarter 23:00",
]
KNOWN = sorted(
    {*words._WEEKDAYS, *words._ORDINALS, *words._PERIODS, *words._DAY}
    | {*words._WORKING, *words._EVERY, *words._FILLERS}
    | {str(number) for number in range(1, 32)}
)


@given(
    st.sampled_from(GOOD),
    st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12),
    st.integers(0, 12),
)
def test_a_good_cadence_with_a_word_too_many_is_refused(
    text: str, word: str, place: int
) -> None:
    assume(word.strip(",'’"))
    assume(not {each.lower() for each in re.split("[,'’]", word)} & {*KNOWN, ""})
    assume(not re.fullmatch(r"(\d+(st|nd|rd|th|er|e)?|\d+h|.*s)", word.lower()))
    assume(not words._ZONE.fullmatch(word))
    said = text.split()
    place = min(place, len(said))
    with pytest.raises(ScheduleError):
        words.parse(" ".join([*said[:place], word, *said[place:]]))


@given(st.lists(st.sampled_from(KNOWN), min_size=1, max_size=6))
def test_every_word_of_a_cadence_is_in_its_meaning(said: list[str]) -> None:
    try:
        cadence = words.parse(" ".join([*said, "09:00"]))
    except ScheduleError:
        return

    counted = {cadence.nth, cadence.day}
    for word in said:
        if word in words._PERIODS:
            assert cadence.period is words._PERIODS[word]
        elif word in words._WEEKDAYS:
            assert cadence.weekday is words._WEEKDAYS[word]
        elif word in words._WORKING:
            assert cadence.working
        elif word.isdecimal():
            assert int(word) in counted
        elif word in words._ORDINALS:
            last = words._ORDINALS[word] == LAST and cadence.day == 31
            assert last or words._ORDINALS[word] in counted
        elif word in words._DAY:
            assert cadence.weekday is None
