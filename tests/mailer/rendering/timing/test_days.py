"""Days as people write them are read, and what is unclear is refused."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.languages import OFFERED
from mailer.rendering.timing import days
from mailer.rendering.timing.days import DayError
from tools.samples import catalogues

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        *("2027-06-15", "2027-6-15", "20270615", "2027-W24-2", "2027/06/15"),
        *("15 June 2027", "June 15, 2027", "15th of June 2027", "Tue, 15 Jun 2027"),
        *("15 juin 2027", "mardi 15 juin 2027", "15 de junio de 2027", "15-Jun-2027"),
        *("15 июня 2027 г.", "вторник, 15 июня 2027 года", "15.06.2027", "15.6.2027"),
        *("2027年6月15日", "2027年6月15日（星期二）", "2027年6月15日 周二"),
        *("15 حزيران/يونيو 2027", "١٥ يونيو ٢٠٢٧", "الثلاثاء، 15 يونيو 2027"),
        *("二〇二七年六月十五日", "15 يونيه 2027م", "во вторник 15 июня 2027 г."),
        *("15. Juni 2027", "  15  June  2027 ", "2027-06-15 Tuesday"),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert days.read(text) == date(2027, 6, 15)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("15/06/2027", "several ways; write 2027-06-15$"),
        ("06/05/2027", "several ways; write 2027-05-06 or 2027-06-05$"),
        ("15-06-27", "several ways; write 2027-06-15$"),
        ("31 June 2027", "June 2027 has 30 days"),
        *((each, "is not a day") for each in ("31/06/2027", "30/02/27")),
        ("2027-02-29", "February 2027 has 28 days"),
        ("Monday 15 June 2027", "2027-06-15 is a Tuesday"),
        ("15 June", "no year"),
        *((each, "is not a day") for each in ("06.15.2027", "2027-13-01", "2027-W60")),
        *((each, "is not one day") for each in ("", "soon", "June 2027", "2027")),
        *(
            (each, "is not one day")
            for each in ("15–17 June 2027", "15 June/July 2027")
        ),
        *((each, "is not one day") for each in ("15 June 2027, 9:00", "15 mai 20277")),
    ],
)
def test_a_day_that_is_unclear_or_impossible_is_refused(
    text: str, sentence: str
) -> None:
    with pytest.raises(DayError, match=sentence):
        days.read(text)


@given(DAYS, st.sampled_from(OFFERED))
def test_a_day_that_we_write_is_read_again(day: date, language: str) -> None:
    catalogue = catalogues()[language]

    assert days.read(catalogue.day(day)) == day
    assert days.read(catalogue.day(day, weekday=True)) == day


@given(st.text(alphabet="0123456789-/. JuneMaiй年月日thofг", max_size=20))
def test_any_text_is_a_day_or_is_refused(text: str) -> None:
    with suppress(DayError):
        days.read(text)
