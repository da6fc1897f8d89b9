"""Spaces, separators and dashes are those of the language, in each part of a letter."""

from dataclasses import replace
from datetime import date, time

import pytest

from mailer.rendering.language import typography
from mailer.rendering.render import render
from mailer.rendering.source import Block
from tests.acts import reading
from tools import samples


@pytest.mark.parametrize(
    ("language", "typed", "printed"),
    [
        ("fr", "Qui vient ?", "Qui vient\u202f?"),
        ("fr", "oui ; non", "oui\u202f; non"),
        ("fr", "Comment ?!", "Comment\u202f?!"),
        ("fr", "Lieu : Paris", "Lieu\u00a0: Paris"),
        ("fr", "« Ici »,", "«\u00a0Ici\u00a0»,"),
        ("fr", "de 15 h à 16 h 30", "de 15\u00a0h à 16\u00a0h\u00a030"),
        ("fr", "le 9 novembre", "le 9\u00a0novembre"),
        ("fr", "le n° 4", "le n°\u00a04"),
        ("fr", "https://a.example/?b", "https://a.example/?b"),
        ("fr", "36 C/Rés. 108", "36\u00a0C/Rés.\u00a0108"),
        ("ar", "القرار 36 م/108", "القرار 36\u00a0م/108"),
        ("ru", "НПО — партнеры", "НПО\u00a0— партнеры"),
        ("ru", "№ 3, п. 5, 50 %", "№\u00a03, п.\u00a05, 50\u00a0%"),
        ("es", "el 50 %", "el 50\u00a0%"),
        ("fr", "50 %, 10 000 €", "50\u00a0%, 10\u00a0000\u00a0€"),
        ("en", "Who comes ?", "Who comes ?"),
        ("en", "36 C/Res.108", "36\u00a0C/Res.108"),
    ],
)
def test_spaces_that_must_not_break(language: str, typed: str, printed: str) -> None:
    assert typography.no_break_spaces(typed, language) == printed


def test_the_subject_has_the_spaces_of_the_letter() -> None:
    source = replace(samples.source("monthly-letter", "fr"), subject="Qui vient ?")
    letter = render(source, samples.templates())

    assert letter.subject == "Qui vient\u202f?"
    assert "Qui vient\u202f?" in "".join(reading.read(letter.html).words)
    assert "Qui vient\u202f?" in letter.text


def test_what_a_reader_typed_in_a_field_keeps_its_spaces() -> None:
    html = "<p>Non ?</p><textarea>Non ?</textarea>"

    assert typography.no_break_spaces_in_html(html, "fr") == (
        "<p>Non\u202f?</p><textarea>Non ?</textarea>"
    )


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (["francés", "inglés"], "francés e inglés"),
        (["Kenya", "India"], "Kenya e India"),
        (["Francia", "Irán"], "Francia e Irán"),
        (["agua", "hielo"], "agua y hielo"),
        (["Kenya", "Yemen"], "Kenya y Yemen"),
        (["árabe", "francés", "inglés"], "árabe, francés e inglés"),
        (["inglés"], "inglés"),
        ([], ""),
    ],
)
def test_spanish_and_before_its_own_sound(names: list[str], listed: str) -> None:
    assert samples.catalogues()["es"].listed(names) == listed


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Place: Paris"),
        ("fr", "Place\u00a0: Paris"),
        ("zh", "Place：Paris"),
    ],
)
def test_a_label_and_its_value(language: str, written: str) -> None:
    catalogue = samples.catalogues()[language]

    assert catalogue.labelled("Place", "Paris") == written
    assert catalogue.labelled("地点：", "巴黎") == "地点：巴黎"


@pytest.mark.parametrize(
    ("language", "day", "hour"),
    [
        ("en", "Tuesday, 9 November 2027", "15:30"),
        ("fr", "Mardi 9 novembre 2027", "15 h 30"),
        ("es", "Martes, 9 de noviembre de 2027", "15:30"),
        ("ru", "Вторник, 9 ноября 2027 года", "15:30"),
        ("ar", "الثلاثاء، 9 تشرين الثاني/نوفمبر 2027", "15:30"),
        ("zh", "2027年11月9日星期二", "15:30"),
    ],
)
def test_days_and_hours_as_the_united_nations_write_them(
    language: str, day: str, hour: str
) -> None:
    catalogue = samples.catalogues()[language]

    written = catalogue.day(date(2027, 11, 9), weekday=True)

    assert reading.plain(written) == day
    assert catalogue.time(time(15, 30)) == hour
    assert samples.catalogues()["fr"].time(time(9)) == "9 h"


def test_the_link_of_an_e_mail_is_in_words_in_the_text_part() -> None:
    text = reading.plain(samples.letter("invitation", "fr").text)

    assert "%20" not in text
    assert (
        "Je participe à Paris : partnerships@liaison.example"
        " (objet : Je participe - 9 novembre)" in text
    )


def test_addresses_and_names_of_files_keep_their_spaces() -> None:
    text = "![Salle](cid:n° 3.png) et [ici](https://x.example/n° 3) : n° 3"
    block = Block(id="a", type="text", title="", fields={}, text=text)
    written = replace(samples.source("monthly-letter", "fr"), blocks=(block,))

    html = render(written, samples.templates()).html

    assert 'src="cid:n%C2%B0%203.png"' in html
    assert 'href="https://x.example/n%C2%B0%203"' in html
    assert "n°\u00a03" in html
