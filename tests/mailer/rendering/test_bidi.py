"""Runs of the other direction are isolated, and no character is changed."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.rendering.language import bidi
from mailer.rendering.marks import Marks
from tests.acts import reading
from tools.samples import letter

MARKS = Marks("0123456789abcdef")
LATIN = [
    ("كتب Ford & Co هذا", "Ford & Co"),
    ("قسم R&D هنا", "R&D"),
    ("وثيقة 36 C/Res.108 جديدة", "36 C/Res.108"),
    ("باريس، 7, place de Fontenoy، القاعة", "7, place de Fontenoy"),
    ("قال “Hello, world” لنا", "Hello, world"),
    ('قال "Hello" لنا', "Hello"),
    ("في UNESCO – Paris اليوم", "UNESCO – Paris"),
    ("الهاتف: +33 1 45 68 10 00 أو", "+33 1 45 68 10 00"),
    ("الهاتف: (+221) 33 849 23 23.", "(+221) 33 849 23 23"),
    ("الهاتف: 01 45 68 10 00.", "01 45 68 10 00"),
    ("الهاتف (855) 411-2372 واضغط 8", "(855) 411-2372"),
    ("الهاتف: 0033 1 45 68 10 00.", "0033 1 45 68 10 00"),
    ("اتصل 00 33 1 45 68 10 00 الآن", "00 33 1 45 68 10 00"),
    ("اتصل 8 (495) 123-45-67 الآن", "8 (495) 123-45-67"),
    ("اتصل 0600 000 000 الآن", "0600 000 000"),
    ("اتصل (+33) 1 45 الآن", "(+33) 1 45"),
    ("يوم 2027-06-15 في", "2027-06-15"),
    ("درجة -5 اليوم", "-5"),
    ("لغة C++ و", "C++"),
    ("اتصل (+33 1 45 68 10 00) اليوم", "+33 1 45 68 10 00"),
    ("مع UNESCO. ثم", "UNESCO"),
    ("القرار A/RES/70/1: نصه", "A/RES/70/1"),
    ("في U.S. اليوم", "U.S."),
    ("على a.b@c.example و", "a.b@c.example"),
]


@pytest.mark.parametrize(("text", "run"), LATIN)
def test_a_latin_run_in_arabic_is_one_isolate(text: str, run: str) -> None:
    marked = bidi.isolate_html(html.escape(text), "rtl", MARKS)

    assert f'<span dir="ltr">{html.escape(run)}</span>' in marked
    assert f"\u2066{run}\u2069" in bidi.isolate_text(text, "rtl", MARKS)


@pytest.mark.parametrize("direction", ["rtl", "ltr"])
@given(
    text=st.text(st.sampled_from("abZ 19&;\"'<>.,-–/:@#x+كتاب שלום é中"), max_size=60)
)
def test_isolating_changes_no_character(direction: str, text: str) -> None:
    """Neither the text that a browser shows nor the plain text is changed."""
    shown = reading.read(bidi.isolate_html(html.escape(text), direction, MARKS))

    assert "".join(shown.words) == text
    assert reading.plain(bidi.isolate_text(text, direction, MARKS)) == text


@pytest.mark.parametrize("text", ["الفترة 2027-2030", "50% – 60%", "12:30", "\ufeff"])
def test_numbers_that_arabic_shows_right_stay_as_they_are(text: str) -> None:
    assert bidi.isolate_text(text, "rtl", MARKS) == text
    assert "\u2067\ufeff" not in bidi.isolate_text(text, "ltr", MARKS)


def test_a_symbol_in_an_arabic_letter_is_one_isolated_run() -> None:
    html = letter("monthly-letter", "ar").html

    assert '<span dir="ltr">CSP/NGO/27/05</span>' in html
