"""Cadences and the calendar of a year, as an operator sees them."""

import pytest

from tests.acts.commands import Mailer

BY = ("--by", "editor")
pytestmark = pytest.mark.parametrize("store", ["sqlite"])


def test_a_year_is_shown_in_three_forms(mailer: Mailer) -> None:
    text = mailer("calendar", "--year", "2031").out
    page = mailer("calendar", "--year", "2031", "--format", "html").out
    ics = mailer("calendar", "--year", "2031", "--format", "ics").out

    assert text.count("monthly-letter: waits for a campaign") == 12
    assert page.count("<td>monthly-letter</td>") == 12
    assert ics.count("BEGIN:VEVENT") == 12


def test_a_preview_shows_holidays_and_what_was_understood(mailer: Mailer) -> None:
    ran = mailer("series", "preview", "1er mai à 10 h", "--year", "2027", "--json").json

    assert ran["understood"] == "le 1er mai à 10 h, Europe/Paris"
    assert ran["dates"] == [
        {"at": "2027-05-01T10:00:00+02:00", "remark": "the office is closed: weekend"}
    ]


def test_a_series_counts_from_an_event(mailer: Mailer) -> None:
    words = "6 weeks, 2 weeks and 2 days before the event, 15:00"
    refused = mailer("series", "add", "session", words, *BY)
    added = mailer("series", "add", "session", words, "--event", "2031-11-04", *BY)
    following = mailer("series", "next", "session", "--json").json

    assert refused.code == 1
    assert "give the day of the event" in refused.err
    assert added.code == 0
    assert following["instants"] == [
        "2031-09-23T15:00:00+02:00",
        "2031-10-21T15:00:00+02:00",
        "2031-11-02T15:00:00+01:00",
    ]


def test_every_other_week_counts_from_the_first_date_of_the_series(
    mailer: Mailer,
) -> None:
    words = "un jeudi sur deux à 9 h, heure de Dakar"
    added = mailer("series", "add", "forum", words, *BY)
    following = mailer("series", "next", "forum", "--count", "2", "--json").json

    assert "un jeudi sur deux à 9 h, Africa/Dakar, à partir du" in added.out
    assert following["instants"][0][:10] in added.out.replace("\n", " ")
