"""The lines of a block are read as people write them, or refused with their line."""

from collections.abc import Mapping

import pytest

from mailer.campaigns.writing import parsing
from mailer.errors import ContentError
from mailer.rendering import letter_types
from tools.samples import templates

FRONT = "---\nsubject: Hello\n---\n"


def fields_of(block: str) -> Mapping[str, str]:
    """Return the lines of the one block of a text; raise ContentError at a fault."""
    types = letter_types.block_types(templates())
    read = parsing.parse(
        FRONT + block, language="en", types=types, allowed=tuple(types), where="en.md"
    )
    return read.blocks[0].fields


@pytest.mark.parametrize(
    ("written", "tags"),
    [
        ("en fr", "en fr"),
        ("fr et en", "fr en"),
        ("English, French and Spanish", "en fr es"),
        ("français/anglais", "fr en"),
        ("中文、英文", "zh en"),
        ("العربية والإنجليزية", "ar en"),
        ("en, et", "en et"),
        ("pt-BR; zh-Hant", "pt-BR zh-Hant"),
    ],
)
def test_languages_of_a_text_are_tags_or_names(written: str, tags: str) -> None:
    block = f"# publication a\ntitle: x\nlanguages: {written}\n"

    assert fields_of(block) == {"languages": tags}


@pytest.mark.parametrize(
    "written", ["NGOs and States", "ngos, states", "ngos & states", "ngos et states"]
)
def test_addressees_may_be_joined_by_a_word(written: str) -> None:
    block = f"# recommendation a\ntitle: x\naddressees: {written}\n\nx"

    assert fields_of(block) == {"addressees": "ngos states"}


def test_a_line_date_may_have_its_last_day() -> None:
    block = "# item a\ntitle: x\ndate: du 30 mai au 2 juin 2027\n"

    assert fields_of(block) == {"date": "2027-05-30", "until": "2027-06-02"}


@pytest.mark.parametrize(
    ("block", "line", "sentence"),
    [
        ("# publication a\ntitle: x\nlanguages: zz\n", 6, "is not a language"),
        ("# publication a\ntitle: x\nlanguages: ,\n", 6, "names no language"),
        (
            "# publication a\ntitle: x\nlanguages: en\neditions: zz=https://x.example",
            *(7, "'zz' is not a language"),
        ),
        (
            "# item a\ntitle: x\ndate: 3–5 May 2027\nuntil: 2027-05-06\n",
            *(7, "remove until"),
        ),
        (
            "# item a\ntitle: x\nuntil: 2027-05-06\ndate: 3–5 May 2027\n",
            *(6, "remove until"),
        ),
        (
            "# agenda a\ntitle: x\ndate: 3–5 May 2027\n\n- 9:00 One",
            *(6, "is not one day"),
        ),
    ],
)
def test_a_line_that_is_not_understood_is_refused(
    block: str, line: int, sentence: str
) -> None:
    with pytest.raises(ContentError, match=f"^en.md, line {line}: .*{sentence}"):
        fields_of(block)
