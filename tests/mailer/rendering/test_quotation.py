"""Straight marks become those of the language; what is meant as typed stays."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.languages import OFFERED
from mailer.rendering.checks import rules
from mailer.rendering.language import quotation
from mailer.rendering.render import render
from mailer.rendering.source import Block, Translation
from tests.acts import reading
from tools.samples import source, templates

NB = "\u00a0"


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("en", "\"a 'b' c\" and NGOs' it's '90s", "“a ‘b’ c” and NGOs’ it’s ’90s"),
        ("en", "a -- b, word--word, 1990--2000...", "a – b, word—word, 1990–2000…"),
        ("en", '**"Note"** and ("x"), "{name}"', "**“Note”** and (“x”), “{name}”"),
        ("en", '| "a" | it\'s | -- |', "| “a” | it’s | -- |"),
        ("en", "-- Ann\n* \"one\"\n* 'two'", "– Ann\n* “one”\n* ‘two’"),
        (
            "fr",
            'L\'accord "A" de l\'"Unesco"',
            f"L’accord «{NB}A{NB}» de l’«{NB}Unesco{NB}»",
        ),
        ("fr", "l'*État*, d'**abord**, l'« été »", "l’*État*, d’**abord**, l’« été »"),
        ("fr", '« Le "grand" prix »', "« Le “grand” prix »"),
        ("es", "El \"A\" -- y 'B'...", "El «A» – y “B”…"),
        ("ru", '"Школа \'Ключ\'" -- это "А"--б', "«Школа „Ключ“» — это «А» — б"),
        ("zh", '各位"伙伴"，**"重要"**--再见...', "各位“伙伴”，**“重要”**——再见……"),
        (
            "zh",
            '他说:"你好",...--"《公约》"("附件")',
            "他说:“你好”,……——“《公约》”(“附件”)",
        ),
        ("ar", '"نعم"، و\'لا\' و"النص"', "«نعم»، و“لا” و«النص»"),
        ("ar", "قال \"النص\" -- ثم 'كلمة'", "قال «النص» – ثم “كلمة”"),
        ("pt", '"Olá" d\'água', "“Olá” d’água"),
    ],
)
def test_marks_are_those_of_the_language(language: str, typed: str, shown: str) -> None:
    assert quotation.typeset(typed, language) == shown
    assert quotation.typeset(shown, language) == shown
    assert list(quotation.unpaired(typed, language)) == []


@pytest.mark.parametrize(
    "typed",
    [
        "`\"x\" -- 'y'...`",
        "```\nprint('a'...)\n```",
        '[a](https://x.example/it\'s--a...b "title")',
        "[a](https://x.example/A_(b)_it's--x)",
        "![a](cid:photo (1) & co's #2.png)",
        "https://x.example/it's--a o'neill--b@x.example",
        "<https://x.example/'a'>",
        '[a]: https://x.example "title"',
        "“my -- file's.pdf” and annex--2...v3.pdf",
        "run --help, ../a.../b, x .... y",
        "\\\"kept\\\" and \\'kept\\'",
        "|---|---|\n---\n-- ",
    ],
)
def test_code_addresses_files_and_marks_after_a_backslash_stay(typed: str) -> None:
    assert quotation.typeset(typed, "en") == typed
    assert list(quotation.unpaired(typed, "en")) == []


@pytest.mark.parametrize(
    ("typed", "marks"),
    [
        ('A 12" screen', 1),
        ("5'10\" tall", 2),
        ('"open', 1),
        ('" spaced "', 2),
        ("'tis", 1),
        ('"one\n\ntwo"', 2),
    ],
)
def test_a_mark_without_a_partner_stays_and_is_asked_about(
    typed: str, marks: int
) -> None:
    assert quotation.typeset(typed, "en") == typed
    assert len(list(quotation.unpaired(typed, "en"))) == marks


@pytest.mark.parametrize("typed", ['A 12" screen', "'tis", '"open'])
def test_the_check_asks_about_a_mark_with_its_place(typed: str) -> None:
    block = Block(
        id="a", type="item", title=typed, fields={"place": typed}, text=f"x\n{typed}",
        file="en.md", number=4, text_line=8, field_lines={"title": 5, "place": 6},
    )  # fmt: skip
    translation = Translation(
        language="en", subject="s", preheader=typed, blocks=(block,), where="en.md"
    )
    found = {
        each.where
        for each in rules.check_text(translation, host="x.example")
        if "has no partner" in each.what
    }
    assert found == {
        *("en.md, line 5", "en.md, line 6", "en.md, line 9", "en.md, preheader")
    }


@given(
    st.text(alphabet="\"'a b-.*[]()«»\n1|`é重", max_size=30), st.sampled_from(OFFERED)
)
def test_no_word_is_lost_and_what_is_set_stays(text: str, language: str) -> None:
    shown = quotation.typeset(text, language)

    def words(written: str) -> list[str]:
        return re.findall(r"[^\W_]", written)

    assert words(shown) == words(text)
    assert shown.count("\n") == text.count("\n")
    assert quotation.typeset(shown, language).count("\n") == text.count("\n")


@pytest.mark.parametrize("language", OFFERED)
def test_subject_preheader_titles_lines_and_texts_are_set_alike(language: str) -> None:
    typed = 'x "y" -- z...'
    shown = reading.plain(quotation.typeset(typed, language))
    fields = {"place": typed, "contact": typed}
    block = Block(id="a", type="item", title=typed, fields=fields, text=typed)
    written = replace(
        source("monthly-letter", language),
        subject=typed,
        preheader=typed,
        blocks=(block,),
    )
    made = render(written, templates())

    assert reading.plain(made.subject).count(shown) == 1
    assert reading.plain(made.text).count(shown) == 5
    assert reading.words_of(made.text) == reading.words_of_html(made.html)
    assert '"y"' not in "".join(reading.read(made.html).words)
