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


def test_a_symbol_in_an_arabic_letter_is_one_isolated_run() -> None:
    html = letter("monthly-letter", "ar").html

    assert '<span dir="ltr">CSP/NGO/27/05</span>' in html
