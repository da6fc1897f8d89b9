"""A text is cut into units for translators, and comes together as it was."""

import pytest

from mailer.campaigns.writing.syntax import front_matter
from mailer.campaigns.writing.translation import units


def test_lists_quotations_and_code_come_back_as_they_were_written() -> None:
    text = (
        "- First\n\n  More about the first.\n\n- Second\n  - Inner\n\n    with more\n\n"
        "1. One\n\n   More on one.\n\n2. Two\n\na) one\nb) two\n\n```\nx\n\ny\n```\n\n"
        "> Quoted\n> words"
    )
    pieces = units.paragraphs(text)

    assert len(pieces) == 7
    assert "\n\n".join(pieces) == text
    assert units.paragraphs("第一行，\n第二行\nwords") == ["第一行，第二行 words"]


@pytest.mark.parametrize(
    "subject",
    ["Letter: June", '"Quoted" and more', "It's #3 # of", "[x] y", "'a' b", "| c"],
)
def test_a_translated_subject_is_written_so_that_it_is_read_again(subject: str) -> None:
    lines = ["---", front_matter.line("subject", subject), "---"]
    read, _ = front_matter.read(list(enumerate(lines, start=1)), "fr.md", [])

    assert read == {"subject": subject}
