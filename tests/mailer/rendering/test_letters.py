"""`render` makes the sample letters with the right language, direction and words."""

import re
from dataclasses import replace
from datetime import date

import html5lib
import pytest

from audiences.languages import OFFERED
from mailer.rendering.checks import rules
from mailer.rendering.checks.problem import Severity
from mailer.rendering.marks import Field
from mailer.rendering.render import render
from mailer.rendering.source import Block
from tests.acts import reading, writing
from tools.samples import SAMPLES, catalogues, letter, source, templates

DATES = {
    "en": "4 May 2027",
    "fr": "4 mai 2027",
    "es": "4 de mayo de 2027",
    "ru": "4 мая 2027",
    "zh": "2027年5月4日",
}
SPOKEN = {
    "en": "English, French, Spanish, Arabic, Russian and Chinese",
    "fr": "anglais, français, espagnol, arabe, russe et chinois",
    "es": "inglés, francés, español, árabe, ruso y chino",
    "ar": "الإنجليزية والفرنسية والإسبانية والعربية والروسية والصينية",
    "ru": "английский, французский, испанский, арабский, русский и китайский",
    "zh": "英语、法语、西班牙语、阿拉伯语、俄语和中文",
}


def words_of_line(markdown: str) -> str:
    """Return a line of Markdown without its marks and the addresses of links."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown).replace("*", "")


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_a_letter_has_its_language_and_direction(name: str, language: str) -> None:
    page = reading.read(letter(name, language).html)

    assert page.html["lang"] == language
    assert page.html["dir"] == ("rtl" if language == "ar" else "ltr")
    assert letter(name, language).language == language


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_both_parts_have_the_same_words(name: str, language: str) -> None:
    made = letter(name, language)

    assert reading.words_of(made.text) == reading.words_of_html(made.html)


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_every_title_subject_and_place_is_in_both_parts(
    name: str, language: str
) -> None:
    made, content = letter(name, language), source(name, language)
    shown = reading.plain("".join(reading.read(made.html).words))
    text = reading.plain(made.text)
    for written in (
        content.subject,
        *(words_of_line(block.title) for block in content.blocks),
        *(
            value
            for block in content.blocks
            for key, value in block.fields.items()
            if key in {"place", "organisation", "sectors", "label"}
        ),
    ):
        line = reading.plain(made.marks.marked(written))
        assert line in shown
        assert line in text


@pytest.mark.parametrize(("name", "language"), SAMPLES)
def test_a_letter_is_valid_html_and_passes_the_check(name: str, language: str) -> None:
    made = letter(name, language)
    html5lib.HTMLParser(strict=False).parse(made.html)
    problems = list(rules.check_letter(made, has_topic=True))

    assert [each for each in problems if each.level is Severity.ERROR] == []


def own(kind: str, fields: dict[str, str]) -> dict[str, str]:
    """Return the lines that a block of this type has."""
    return {name: fields[name] for name in writing.TYPES[kind].fields if name in fields}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_subject_preheader_and_every_line_have_the_readers_values(
    language: str,
) -> None:
    place = "{organisation}"
    fields = dict.fromkeys(("alt", "caption", "credit", "who", "function"), place)
    fields |= dict.fromkeys(("name", "place", "contact", "label", "from", "to"), place)
    fields |= {"file": "{a}.png", "link": "https://x.example/a"}
    kinds = ("quote", "signature", "item", "letterhead", "video", "picture")
    written = replace(
        source("circular-letter", language),
        subject=f"For {place}",
        preheader=place,
        blocks=tuple(
            Block(id=kind, type=kind, title=place, fields=own(kind, fields), text=place)
            for kind in kinds
        ),
        reference="",
    )
    made = render(written, templates())
    mark = made.marks.of(Field.ORGANISATION)

    assert place not in made.html + made.text
    assert made.marks.written(made.subject).count(place) == 1
    assert f"For {mark}</title>" in made.html
    assert made.html.count(f'alt="{mark}"') == 3
    assert reading.words_of(made.text) == reading.words_of_html(made.html)
    assert "cid:%7Ba%7D.png" in made.html


@pytest.mark.parametrize("language", sorted(DATES))
def test_the_date_is_in_the_format_of_the_language(language: str) -> None:
    assert DATES[language] in reading.plain(letter("monthly-letter", language).text)


def test_months_in_arabic_are_those_of_the_united_nations() -> None:
    arabic = catalogues()["ar"]
    written = [arabic.day(date(2027, month, 4)) for month in range(1, 13)]

    assert written[4] == "4 أيار/مايو 2027"
    assert written[9] == "4 تشرين الأول/أكتوبر 2027"
    assert all(each.count("/") == 1 for each in written)


@pytest.mark.parametrize("language", OFFERED)
def test_a_list_is_joined_in_the_way_of_the_language(language: str) -> None:
    text = reading.plain(letter("monthly-letter", language).text)

    assert SPOKEN[language] in text


def test_a_letter_in_a_fallback_language_has_a_notice_in_the_readers_language() -> None:
    made = letter("forum-conclusions", "en", "ar")

    assert 'class="standin" dir="rtl" lang="ar"' in made.html
    assert reading.plain(
        catalogues()["ar"].text(
            "This letter is not available in %(wanted)s; you read it in %(language)s.",
            wanted="العربية",
            language="الإنجليزية",
        )
    ) in reading.plain(made.text)
