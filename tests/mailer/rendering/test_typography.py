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
        ("en", "1 234,5 or 10 %", "1\u00a0234,5 or 10\u00a0%"),
        ("en", "No. 5, pp. 3, USD 5", "No.\u00a05, pp.\u00a03, USD\u00a05"),
        ("en", "1 000 EUR at 3 pm", "1\u00a0000\u00a0EUR at 3\u00a0pm"),
        ("en", "on 15 June 2027", "on 15 June 2027"),
        ("zh", "10 %，№ 5", "10\u00a0%，№\u00a05"),
        ("ar", "رقم 5 و 10 ٪", "رقم\u00a05 و 10\u00a0٪"),
        ("ar", "+33 1 45 68 10 00", "+33\u00a01\u00a045\u00a068\u00a010\u00a000"),
        ("ru", "8 (495) 123 45 67", "8\u00a0(495)\u00a0123\u00a045\u00a067"),
        ("en", "in 2027 5 of 10 came", "in 2027 5 of 10 came"),
        ("en", "Who comes ?", "Who comes ?"),
        ("en", "36 C/Res.108", "36\u00a0C/Res.108"),
    ],
)
def test_spaces_that_must_not_break(language: str, typed: str, printed: str) -> None:
    assert typography.no_break_spaces(typed, language) == printed


@pytest.mark.parametrize(
    ("language", "typed", "printed"),
    [
        ("en", "15 June 2027", "15\u00a0June 2027"),
        ("en", "June 15, 2027", "June\u00a015, 2027"),
        ("es", "15 de junio de 2027", "15\u00a0de\u00a0junio de 2027"),
        ("ru", "15 июня 2027", "15\u00a0июня 2027"),
        ("ar", "15 حزيران/يونيه 2027", "15\u00a0حزيران/يونيه 2027"),
        ("zh", "2027年6月15日", "2027年6月15日"),
        ("xx", "15 June", "15 June"),
    ],
)
def test_a_day_in_a_table_stays_with_its_month(
    language: str, typed: str, printed: str
) -> None:
    assert typography.no_break_spaces(typed, language, dates=True) == printed


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
    ("names", "either"),
    [
        (["ruso"], "ruso"),
        (["siete", "ocho"], "siete u ocho"),
        (["Omán", "Honduras"], "Omán u Honduras"),
        (["Chile", "Perú"], "Chile o Perú"),
    ],
)
def test_an_alternative_in_spanish_has_u_before_o(
    names: list[str], either: str
) -> None:
    assert samples.catalogues()["es"].either(names) == either


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


@pytest.mark.parametrize(
    ("language", "month", "day"),
    [
        ("ar", "حزيران/يونيو 2027", "الثلاثاء، 1"),
        ("en", "June 2027", "Tue 1"),
        ("es", "Junio de 2027", "mar 1"),
        ("fr", "Juin 2027", "mar. 1er"),
        ("ru", "Июнь 2027 года", "вт, 1"),
        ("zh", "2027年6月", "1日周二"),
    ],
)
def test_a_calendar_has_the_months_and_days_of_its_language(
    language: str, month: str, day: str
) -> None:
    catalogue, first = samples.catalogues()[language], date(2027, 6, 1)

    assert " ".join(catalogue.month(first).split()) == month
    assert catalogue.short_day(first) == day
