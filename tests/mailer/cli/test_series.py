"""A series and its dates, as an operator changes and sees them."""

from datetime import date, datetime, timedelta

import pytest

from tests.acts.commands import Mailer, shown

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
NAME = "monthly-letter"


def coming(mailer: Mailer) -> list[str]:
    """Return the coming local times of the sample's series."""
    found = mailer("series", "next", NAME, "--count", "4", "--json").json["instants"]
    return [str(each)[:16] for each in found]


def year_of(mailer: Mailer, year: str) -> list[str]:
    """Return the lines of the calendar of a year about the series."""
    text = mailer("calendar", "--year", year).out
    return [" ".join(each.split()) for each in text.splitlines() if NAME in each]


def starts_of(mailer: Mailer, year: str) -> set[str]:
    """Return the instants of the calendar of a year."""
    lines = mailer("calendar", "--year", year, "--format", "ics").out.splitlines()
    found = [each.partition(":")[2] for each in lines if each.startswith("DTSTART")]
    return {each for each in found if each.startswith(year)}


def later(day: str, days: int) -> str:
    return str(date.fromisoformat(day[:10]) + timedelta(days=days))


def test_a_skipped_date_stays_in_the_calendar_as_skipped_and_may_return(
    mailer: Mailer,
) -> None:
    before = year_of(mailer, "2031")
    skipped = mailer("series", "skip", NAME, "2031-08-05")
    between = year_of(mailer, "2031")
    again = mailer("series", "skip", NAME, "2031-08-05")
    returned = mailer("series", "add-date", NAME, "2031-08-05T10:00")

    assert skipped.out.strip() == f"{NAME} skips 2031-08-05 10:00"
    assert [each for each in between if each not in before] == [
        f"Tue 05 10:00 Europe/Paris {NAME}: skipped"
    ]
    assert len(between) == 12
    assert again.code == 1
    assert "has no date to come on 2031-08-05" in shown(again.err)
    assert returned.code == 0
    assert year_of(mailer, "2031") == before


def test_a_moved_date_keeps_its_hour_and_moves_no_other(mailer: Mailer) -> None:
    before = starts_of(mailer, "2031")
    moved = mailer("series", "move", NAME, "2031-12-02", "--to", "2032-01-08")
    mailer("series", "move", NAME, "2031-05-06", "--to", "2031-05-07T15:30")
    after = starts_of(mailer, "2031")

    assert f"{NAME} goes on 2032-01-08 10:00" in shown(moved.out)
    assert (len(before), len(before & after)) == (12, 10)
    assert after - before == {"20310507T133000Z"}
    assert "20320108T090000Z" in starts_of(mailer, "2032")


def test_an_added_date_is_one_more(mailer: Mailer) -> None:
    added = mailer("series", "add-date", NAME, "2031-05-20T10:00")
    twice = mailer("series", "add-date", NAME, "2031-05-20T10:00")

    assert added.out.strip() == f"{NAME} goes on 2031-05-20 10:00 too"
    assert len(year_of(mailer, "2031")) == 13
    assert "has a date on 2031-05-20 10:00 already" in shown(twice.err)


WRONG = {
    "skip monthly-letter 2031-08-06": "has no date to come on 2031-08-06",
    "skip monthly-letter August": "'August' is not a date of a series",
    "skip monthly-letter 2019-08-06": "has no date to come on 2019-08-06",
    "skip weekly 2031-08-05": "no series is called 'weekly'",
    "move monthly-letter 2031-05-06 --to 2020-05-06": "has passed; name a later time",
    "move monthly-letter 2031-05-06 --to 2031-06-03": "has a date on 2031-06-03 10:00",
    "move monthly-letter 2031-05-06 --to soon": "'soon' is not a date of a series",
    "add-date monthly-letter 2031-05-06T10:00+02:00": "is not a date of a series",
    "edit monthly-letter --owner editor": "has no letter type, so that its owner",
    "edit monthly-letter --type monthly-letter": "has no owner, who writes its drafts",
    "edit monthly-letter --cadence sometimes": "sometimes",
}


@pytest.mark.parametrize("words", WRONG)
def test_what_cannot_be_is_refused_with_a_sentence(mailer: Mailer, words: str) -> None:
    if " 2031-06-03" in words:
        mailer("series", "add-date", NAME, "2031-06-03T10:00")
    ran = mailer("series", *words.split())

    assert ran.code == 1
    assert WRONG[words] in shown(ran.err)


def test_a_user_without_the_role_changes_no_series(mailer: Mailer) -> None:
    mailer("users", "add", "wei", "--role", "translator", "--by", "head-of-unit")
    ran = mailer("series", "skip", NAME, "2031-08-05", "--by", "wei")

    assert ran.code == 1
    assert "wei may not change the series" in shown(ran.err)


def test_show_has_who_works_on_it_its_dates_and_its_history(mailer: Mailer) -> None:
    words = ("--type", NAME, "--owner", "editor", "--languages", "en fr")
    mailer("series", "edit", NAME, *words, "--by", "editor", "--because", "new year")
    day = coming(mailer)[1]
    mailer("series", "move", NAME, day[:10], "--to", later(day, 1), "--by", "editor")
    seen = mailer("series", "show", NAME, "--json").json

    assert (seen["owner"], seen["languages"]) == ("editor", "en fr")
    assert f"{later(day, 1)}T10:00" in [each["slot"] for each in seen["slots"]]
    assert [each["act"] for each in seen["history"]] == ["edited", "moved"]
    assert seen["history"][0]["because"] == "new year"
    assert seen["faults"] == ["editor has no address, and so gets no reminder"]


def test_another_cadence_keeps_what_a_person_moved(mailer: Mailer) -> None:
    day = coming(mailer)[0]
    mailer("series", "move", NAME, day[:10], "--to", f"{later(day, 2)}T09:00")
    edited = mailer("series", "edit", NAME, "--cadence", "second Friday, 11:00")
    slots = mailer("series", "show", NAME, "--json").json["slots"]
    others = [each["slot"] for each in slots if each["slot"][:10] != later(day, 2)]

    assert "the second Friday of each month at 11:00" in shown(edited.out)
    assert f"{later(day, 2)}T09:00" in [each["slot"] for each in slots]
    assert {datetime.fromisoformat(each).weekday() for each in others} == {4}
