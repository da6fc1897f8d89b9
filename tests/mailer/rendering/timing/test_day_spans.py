"""Days that follow each other are read however they are joined, or are refused."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.languages import OFFERED
from mailer.rendering.timing import day_spans
from mailer.rendering.timing.days import DayError
from tools.samples import catalogues

DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        *("3–5 November 2027", "from 3 to 5 November 2027", "November 3-5, 2027"),
        *("3, 4 and 5 November 2027", "Wednesday 3 to Friday 5 November 2027"),
        *("2027-11-03 – 2027-11-05", "2027-11-03/2027-11-05", "03.11.2027–05.11.2027"),
        *("du 3 au 5 novembre 2027", "3, 4 et 5 novembre 2027", "3–5.11.2027"),
        *("du mercredi 3 au vendredi 5 novembre 2027", "3\u00a0–\u00a05 nov. 2027"),
        *("del 3 al 5 de noviembre de 2027", "desde el 3 hasta el 5 noviembre 2027"),
        *("с 3 по 5 ноября 2027 г.", "3 — 5 ноября 2027 года"),
        *("2027年11月3日至5日", "2027年11月3-5日", "2027年11月3日－11月5日"),
        *("من 3 إلى 5 تشرين الثاني/نوفمبر 2027", "٣–٥ نوفمبر ٢٠٢٧"),
        *("3 November 2027 to 5 November 2027", "vom 3. bis 5. November 2027"),
    ],
)
def test_days_are_read_however_they_are_joined(text: str) -> None:
    assert day_spans.read(text) == (date(2027, 11, 3), date(2027, 11, 5))


@pytest.mark.parametrize(
    "text",
    [
        *("3 et 4 novembre 2027", "3 & 4 November 2027", "3 y 4 de noviembre de 2027"),
        *("3 и 4 ноября 2027 г.", "2027年11月3、4日", "3 نوفمبر و4 نوفمبر 2027"),
    ],
)
def test_two_days_joined_by_a_word_follow_each_other(text: str) -> None:
    assert day_spans.read(text) == (date(2027, 11, 3), date(2027, 11, 4))


@pytest.mark.parametrize(
    "text",
    ["30 December 2027 – 2 January 2028", "30 décembre – 2 janvier 2028"],
)
def test_days_may_go_on_in_the_next_year(text: str) -> None:
    assert day_spans.read(text) == (date(2027, 12, 30), date(2028, 1, 2))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("3 et 4 novembre", "no year; write it after the last day"),
        ("3 and 10 November 2027", "not days that follow each other; write one item"),
        ("3, 5 et 7 novembre 2027", "is not one day"),
        ("5–3 November 2027", "ends before it begins"),
        ("29 February – 1 March 2027", "February 2027 has 28 days"),
        ("Friday 3 to Sunday 5 November 2027", "2027-11-03 is a Wednesday"),
        ("3-11-2027", "several ways"),
        ("2027-02-29", "February 2027 has 28 days"),
        *((each, "is not one day") for each in ("3 or 4 May 2027", "2026–2027", "–")),
    ],
)
def test_days_that_are_unclear_or_impossible_are_refused(
    text: str, sentence: str
) -> None:
    with pytest.raises(DayError, match=sentence):
        day_spans.read(text)


@given(DAYS, st.integers(0, 400), st.sampled_from(OFFERED))
def test_days_that_we_write_are_read_again(
    first: date, more: int, language: str
) -> None:
    last = first + timedelta(more)

    assert day_spans.read(catalogues()[language].days(first, last)) == (first, last)


@given(st.text(alphabet="0123456789-–/.,& JuneMaiet至年月日andthofпо", max_size=24))
def test_any_text_is_days_in_order_or_is_refused(text: str) -> None:
    with suppress(DayError):
        first, last = day_spans.read(text)
        assert first <= last
