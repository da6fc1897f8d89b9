"""The error says what was understood of a cadence, and what is wrong with it."""

import re
from datetime import UTC, date, datetime

import pytest

from scheduler import words
from scheduler.errors import ScheduleError
from scheduler.slots import slots_after

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("first Tuesday 25:00", "25:00 is not a time of day"),
        ("first Tuesday 10:00 and 14:00", "one time of day"),
        ("fist Tuesday 10:00", "did you mean first?"),
        ("permier mardi", "did you mean premier?"),
        ("first Tuesday 10:00 Mars/Phobos", "not a time zone"),
        ("monthly 09:00", "does not name a day"),
        ("quarterly", "does not name a day"),
        ("twice a year", "does not name the months"),
        ("three times a year in January and September", "has 2 months; expected 3"),
        ("twice a month on the 15th", "has 1 day of the month; expected 2"),
        ("second last Tuesday 09:00", "a cadence has one day"),
        ("Monday Friday 09:00", "a cadence has one day"),
        ("day 32 09:00", "no month has a day 32"),
        ("the 0th", "no month has a day 0th"),
        ("5th Monday 09:00", "found 5 before the day; expected first"),
        ("16th working day", "expected a working day from the first to the 15th"),
        ("", "does not name a day"),
        ("10:00", "does not name a day"),
        ("weekly first Tuesday 09:00", "'weekly' does not fit the rest"),
        ("daily Tuesday 09:00", "'daily' does not fit the rest"),
        ("first 15 09:00", "a cadence has one day"),
        ("quarterly first Tuesday of the month 09:00", "a cadence has one period"),
        ("last quarter day 09:00", "'last quarter' is not understood"),
        ("quarter day 09:00", "'quarter day' is not understood"),
        ("every 2nd month on Monday 09:00", "'2nd month' is not understood"),
        ("tous les 15 jours à 9 h", "does not name a day"),
        ("every 10 days", "'10 days' are no whole weeks"),
        ("tous les 8 jours, le lundi", "'8 jours' are no whole weeks"),
        ("Tuesday 4 May", "'tuesday' and day 4 meet in some months only"),
        ("mardi, le 4 mai", "'mardi' and day 4 meet in some months only"),
        ("Friday the 13th", "'friday' and day 13 meet in some months only"),
        ("4 May 2027", "2027 is a year, and a cadence recurs"),
        ("2027-05-04 10:00", "2027-05-04 is one date, and a cadence recurs"),
        ("first Tuesday at 9", "'at 9' is not a time of day; write 9:00"),
        ("premier mardi à 9", "'à 9' is not a time of day; write 9:00"),
        ("first Monday after Easter", "'easter' falls on another day each year"),
        ("le lundi de Pâques", "'paques' falls on another day each year"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "UNTIL=20270101T000000Z has a time"),
        ("every second Tuesday 09:00", "can mean an interval"),
        ("every 2nd working day 09:00", "can mean an interval"),
        ("tous les deux jeudis", "can mean an interval"),
        ("bimonthly, first Tuesday", "can mean twice in a period"),
        ("every 5 months on the 1st", "other months each year"),
        ("every 99 weeks on Monday", "expected at most 52"),
        ("first Tuesday T-2", "'t-2' does not fit"),
        ("two weeks before", "does not name a day"),
        ("5 years after the forum", "is not understood"),
        ("9000 days after the forum", "at most two years"),
        ("T+2 days before the event", "opposite directions"),
        ("quarterly per region", "'region' is not a word of a cadence"),
        ("on change, at most monthly", "'change' is not a word of a cadence"),
        ("first Tuesday from January", "expected a day after 'from'"),
        ("first Tuesday from 2027-02-30", "is not a day of the calendar"),
        ("first Tuesday from 31 April 2027", "is not a day"),
        ("first Tuesday from 2027-05-01 until 2027-04-01", "before it starts"),
        # never
        ("30 February 10:00", "February has no day 30"),
        ("31 avril à 10 h", "April has no day 31"),
        ("RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "never falls"),
        # too often
        ("every second", "several times a day"),
        ("every minute", "several times a day"),
        ("hourly", "several times a day"),
        ("toutes les heures", "several times a day"),
        ("RRULE:FREQ=SECONDLY", "several times a day"),
        ("FREQ=DAILY;BYHOUR=9,10", "several times a day"),
        ("* * * * *", "several times a day"),
        ("*/5 10 * * *", "several times a day"),
        # rules
        ("FREQ=WEEKLY", "names no day"),
        ("FREQ=DAILY;COUNT=3", "names no day"),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=3", "COUNT needs a beginning"),
        ("FREQ=WEEKLY;BYDAY=XX", "is not a rule"),
        ("FREQ=WEEKLY;BYDAY=1TU", "no numbered days"),
        ("FREQ=MONTHLY;BYMONTH=13;BYMONTHDAY=1", "BYMONTH is 13; expected 1 to 12"),
        ("FREQ=MONTHLY;BYDAY=1TU;COLOUR=red", "is not a part of a rule"),
        ("FREQ=MONTHLY;BYDAY=1TU first Monday", "does not fit a rule"),
        ("FREQ=MONTHLY;BYDAY=1TU;BYHOUR=9 10:00", "time of day twice"),
        ("FREQ=MONTHLY;BYDAY=1TU;INTERVAL=5000", "INTERVAL is 5000"),
        # cron
        ("60 10 * * *", "'60' cannot be the minute of cron"),
        ("0 25 1 * *", "'25' cannot be the hour of cron"),
        ("0 10 15 * 1", "a day of the month and a day of the week"),
        ("0 10 * * 2#5", "five of a weekday"),
        ("@hourly", "@hourly is not a cadence"),
        ("cron 0 10 * *", "is not a word of a cadence"),
        # times in a period
        ("twice a quarter, first and third Monday", "does not say in which months"),
        ("deux fois par trimestre, le 1er et le 15", "does not say in which months"),
        ("two times a quarter in January", "does not say in which months"),
        ("twice a day, first Tuesday", "several times a day"),
        ("twice a week, first Tuesday", "has 1 day of the month; expected 2 a week"),
        ("once a month on Monday", "has 1 day of the week; expected 1 a month"),
        ("twice a month in January and March", "does not name a day"),
        ("once every quarter, first Monday", "'once' does not fit where it is"),
        # what people say of time
        ("every leap day", "'leap' is not a word"),
        ("the Monday of week 53", "no month has a day 53"),
        ("every day except Sunday", "'except' does not fit"),
        ("first Tuesday except from 15 July to 31 August", "'except' does not fit"),
        ("the last working day before the 15th", "'before' does not fit"),
        ("first working day of the year", "does not name the month"),
        ("antepenultimate Friday", "did you mean penultimate?"),
        ("first of the month at 24:00", "24:00 is not a time of day"),
        ("the 15th at half past nine", "'half' is not a word"),
        ("the 15th at 9:30 UTC+2", "'utc+2' is not a word"),
        ("the 15th, 9:30 US/Pacific-New", "is not a time zone"),
        ("the 15th, 9:30 Europe/Parsi", "is not a time zone"),
        ("the morning of the event", "'morning' is not a word"),
        ("1 hour before the event", "'1 hour' is not understood"),
        ("T+0", "at least a day and at most two years"),
        ("biweekly on Thursday", "can mean twice in a period"),
        ("every 7 months, first Monday", "name the months instead"),
        ("every two years in May", "name the months instead"),
        (
            "the 1st, unless the office is closed, or the next working day",
            "one rule for closed days",
        ),
        ("when ready", "'when' is not a word"),
        ("dès que possible", "is not a word"),
        ("la semaine prochaine", "'prochaine' is not a word"),
        ("next Tuesday", "'next' is not a word"),
        ("Ash Wednesday", "falls on another day each year"),
        ("first day of Ramadan", "falls on another day each year"),
        ("le lundi de Pentecôte", "falls on another day each year"),
        ("Tuesday Tuesday", "a cadence has one day"),
        ("first Tuesday 10:00 10:00", "one time of day"),
        ("fifth Monday", "found 5 before the day"),
        ("first Tuesday since 2027", "expected a day after 'since'"),
        ("first Tuesday until further notice", "'further' is not a word"),
        ("first Tuesday, 5 times", "'5 times' does not fit"),
        ("first mardi", "'mardi' is not a word"),
        ("premier Tuesday", "'premier' is not a word"),
        ("le 30 février", "February has no day 30"),
        ("le 0", "no month has a day 0"),
        ("en semaine à 9 h", "does not name a day"),
        ("la veille au soir", "'soir' is not a word"),
        ("первый вторник", "is not a word"),
        ("0 10 31 2 *", "never falls"),
        ("RRULE:FREQ=LUNAR;BYDAY=1TU", "FREQ=LUNAR is not one of DAILY, WEEKLY"),
        ("FREQ=YEARLY;BYEASTER=1", "is not a part of a rule"),
        ("@reboot", "@reboot is not a cadence"),
        # hostile
        ("first Tuesday \x1b[31m 10:00", "cannot be printed"),
        ("first " * 100, "at most 400"),
    ],
)
def test_the_error_says_why_a_cadence_is_refused(text: str, error: str) -> None:
    with pytest.raises(ScheduleError, match=re.escape(error)):
        words.parse(text)


def test_a_cadence_from_an_event_needs_its_day() -> None:
    cadence = words.parse("10 working days after the forum")

    with pytest.raises(ScheduleError, match="give the day of the forum"):
        next(slots_after(cadence, NOW))


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("first Tuesday 10:00 until 2020-01-01", None),
        ("2 days before the event", date(2026, 11, 1)),
    ],
)
def test_a_cadence_that_is_only_in_the_past_is_refused(
    text: str, event: date | None
) -> None:
    with pytest.raises(ScheduleError, match="all have passed"):
        next(slots_after(words.parse(text), NOW, event=event))


def test_a_cadence_that_ends_before_its_first_date_is_refused() -> None:
    cadence = words.parse("first Tuesday from 2027-01-06 until 2027-01-20")

    with pytest.raises(ScheduleError, match="no date from 2027-01-06 until 2027-01-20"):
        next(slots_after(cadence, NOW))


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_an_event_of_another_age_is_refused(day: date) -> None:
    cadence = words.parse("24 months before the event")

    with pytest.raises(ScheduleError, match="expected a day from 1970 to 2199"):
        next(slots_after(cadence, NOW, event=day))
