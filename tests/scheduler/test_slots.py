"""A cadence has the same local time all year, in every zone; its slots never repeat."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler import words
from scheduler.cadences import Cadence, Days, Offset, Recurrence, Shift, Unit
from scheduler.days import recurring, rules
from scheduler.errors import ScheduleError
from scheduler.instants import instant_of
from scheduler.office import ALWAYS_SAME, Closure, Office
from scheduler.reading import recurrence_rules
from scheduler.slots import in_year, moved, slots_after, slots_in
from tests.scheduler.acts import EVENT, RECURRENCES, TIMES, ZONES

INSTANTS = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 (hypothesis wants naive bounds)
    datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
CADENCES = st.builds(
    Cadence,
    days=st.builds(Days, recurrence=RECURRENCES),
    at=TIMES,
    zone=st.sampled_from(ZONES),
)
PARIS = Office(calendar="FR", closures=(Closure(first=(0, 12, 24), last=(0, 1, 2)),))


@given(CADENCES, INSTANTS)
def test_the_next_instant_is_later_and_at_the_local_hour(
    cadence: Cadence, instant: datetime
) -> None:
    slot = next(slots_after(cadence, instant))
    zone = ZoneInfo(cadence.zone)
    shown = slot.instant.astimezone(zone).replace(tzinfo=None)

    assert slot.instant > instant
    assert slot.local.time() == cadence.at
    assert slot.instant.utcoffset() == timedelta(0)
    if shown != slot.local:  # daylight saving skipped it: the first instant after
        just_before = (slot.instant - timedelta(seconds=1)).astimezone(zone)
        assert just_before.replace(tzinfo=None) < slot.local < shown


@given(CADENCES, INSTANTS)
def test_slots_follow_each_other_without_repeating(
    cadence: Cadence, instant: datetime
) -> None:
    slots = list(islice(slots_after(cadence, instant), 8))
    instants = [slot.instant for slot in slots]

    assert instants == sorted(set(instants))
    assert len({slot.local for slot in slots}) == 8


@given(CADENCES, INSTANTS)
def test_starting_between_two_slots_gives_the_second(
    cadence: Cadence, instant: datetime
) -> None:
    first, second = islice(slots_after(cadence, instant), 2)
    between = first.instant + (second.instant - first.instant) / 2

    assert next(slots_after(cadence, between)) == second


@given(RECURRENCES, st.integers(2001, 2040))
def test_dateutil_finds_the_same_days(recurrence: Recurrence, year: int) -> None:
    try:
        rule = recurrence_rules.written(recurrence)
    except ScheduleError:
        rule = None
    assume(rule is not None)
    days = recurring.days_of(recurrence, year, ALWAYS_SAME, None)

    assert [*days] == by_dateutil(str(rule), year)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "FREQ=YEARLY;BYWEEKNO=1,53;BYDAY=MO",
        "FREQ=YEARLY;BYYEARDAY=-1,60",
        "FREQ=WEEKLY;INTERVAL=3;WKST=SU;BYDAY=SU,MO",
        "FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=31",
        "FREQ=YEARLY;INTERVAL=3;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=DAILY;INTERVAL=10;BYMONTH=1,2,3",
        "FREQ=DAILY;INTERVAL=100;COUNT=40",
        "FREQ=MONTHLY;BYDAY=5MO;COUNT=30",
        "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=2",
    ],
)
def test_dateutil_finds_the_same_days_of_any_rule(rule: str) -> None:
    expected = by_dateutil(rule, *range(2001, 2041))

    found = [rules.days_of(rule, year, rules.EPOCH) for year in range(2001, 2041)]
    assert [day for days in found for day in days] == expected


def by_dateutil(rule: str, *years: int) -> list[date]:
    """Return the days of a rule in years, counted from the epoch."""
    begin = datetime.combine(rules.EPOCH, time.min)
    last = datetime(years[-1], 12, 31)  # noqa: DTZ001 (a local day)
    dates = rrule.rrulestr(rule, dtstart=begin)
    if "COUNT" not in rule:
        dates = dates.replace(until=last)
    return [each.date() for each in dates if each.year in years]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_a_repeated_time_is_used_once(zone: str) -> None:
    autumn = "2026-10-24T12:00" if zone == "Europe/Berlin" else "2026-04-04T03:00"
    cadence = words.parse(f"daily 02:00 {zone}")
    start = datetime.fromisoformat(autumn).replace(tzinfo=UTC)
    slots = list(islice(slots_after(cadence, start), 3))

    assert len({slot.local.date() for slot in slots}) == 3


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("first working day in January", "2027-01-04"),
        ("last working day in December", "2027-12-23"),
        ("second working day in May", "2027-05-04"),
        ("1 May or the next working day", "2027-05-03"),
        ("14 July or the next working day", "2027-07-15"),
        ("14 July or the working day before", "2027-07-13"),
        ("14 July unless the office is closed", ""),
        ("25 December or the next working day", "2027-01-04"),
        ("every working day in May", "19"),
        ("10 working days after the forum", "2027-05-20"),
        ("1 working day before the forum", "2027-05-03"),
        ("10 working days after 14 July", "2027-07-28"),
    ],
)
def test_working_days_leave_out_holidays_and_closed_days(text: str, days: str) -> None:
    cadence = words.parse(text)
    found = [each.day for each in in_year(cadence.days, 2027, PARIS, EVENT)]

    if days.isdecimal():
        assert len(found) == int(days)
    else:
        assert " ".join(map(str, found)) == days


def test_a_date_that_is_put_back_over_new_year_is_in_the_next() -> None:
    cadence = words.parse("25 December or the next working day")
    found = [each for _, each in slots_in(cadence, 2028, office=PARIS)]

    assert [(each.day, each.planned) for each in found] == [
        (date(2028, 1, 3), date(2027, 12, 25))
    ]


def test_an_office_that_is_always_closed_is_an_error() -> None:
    closed = Office(closures=(Closure(first=(0, 1, 1), last=(0, 12, 31)),))
    cadence = words.parse("10 working days after the forum")

    with pytest.raises(ScheduleError, match="no working day"):
        in_year(cadence.days, 2027, closed, EVENT)


@given(st.dates(date(1990, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_working_days_are_counted_there_and_back(day: date, count: int) -> None:
    there = moved(day, Offset(count=count, unit=Unit.WORKING_DAY), PARIS)
    back = moved(there, Offset(count=-count, unit=Unit.WORKING_DAY), PARIS)

    assert PARIS.is_open(there)
    if PARIS.is_open(day):
        assert back == day
    between = (there - timedelta(days=step) for step in range((there - day).days))
    assert sum(PARIS.is_open(each) for each in between) == count


@given(CADENCES, INSTANTS)
def test_an_office_that_closes_moves_dates_to_working_days(
    cadence: Cadence, instant: datetime
) -> None:
    year = instant.year
    for shift, step in ((Shift.BACK, 1), (Shift.FORWARD, -1)):
        days = Days(recurrence=cadence.days.recurrence, shift=shift)
        for dated in in_year(days, year, PARIS):
            assert PARIS.is_open(dated.day)
            assert (dated.day - dated.planned).days * step >= 0


def test_a_skipped_time_becomes_the_next_valid_instant() -> None:
    found = instant_of(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin"))  # noqa: DTZ001

    assert found == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "after", "instant"),
    [
        # celery/celery#10608
        ("daily 03:50 Pacific/Chatham", "2026-09-25T15:05Z", "2026-09-26T14:05Z"),
        ("daily 03:50 Pacific/Chatham", "2026-04-03T14:05Z", "2026-04-04T15:05Z"),
        ("daily 23:00 Antarctica/Troll", "2026-10-24T21:00Z", "2026-10-25T23:00Z"),
        # celery/celery#10585
        ("0 0 29 2 *", "2096-03-01T00:00Z", "2104-02-29T00:00Z"),
        # rundeck/rundeck#6879
        ("daily 02:30 America/New_York", "2026-03-07T08:00Z", "2026-03-08T07:00Z"),
        # netresearch/go-cron#350
        ("daily 01:30 America/New_York", "2026-11-01T05:30Z", "2026-11-02T06:30Z"),
        # celery/django-celery-beat#134
        ("daily 16:04 America/New_York", "2026-03-07T22:00Z", "2026-03-08T20:04Z"),
        # celery/celery#1836
        ("0 0 L * *", "2026-01-31T00:00Z", "2026-02-28T00:00Z"),
    ],
)
def test_what_others_got_wrong_at_changes_of_the_clock(
    text: str, after: str, instant: str
) -> None:
    cadence = words.parse(text)
    following = next(slots_after(cadence, datetime.fromisoformat(after)))

    assert following.instant == datetime.fromisoformat(instant)
