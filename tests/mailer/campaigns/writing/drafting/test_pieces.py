"""What a form sends is stored so that it is read again as it was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.campaigns.writing import parsing
from mailer.campaigns.writing.drafting import pieces
from mailer.rendering import letter_types, template_files
from mailer.sites.bundled import bundled

TYPES = letter_types.block_types(template_files.read(bundled("templates")))
ITEM = TYPES["item"]
LINE = st.one_of(
    st.sampled_from(
        [
            *("# A heading", "#", "title: x", "- date: y", "日期：5月", "```", "~~~"),
            *("", "Words", "## section", "**Date:** x", "---", "\t# x", "a\u2028# b"),
            *("\r# item x", "title\\: x", "&#65306;", "# item other", "Titre : été"),
        ]
    ),
    st.text(max_size=20),
)


def stored(piece: pieces.Piece) -> parsing.Unfinished:
    draft = pieces.Draft(front=pieces.front("S", ""), pieces=(piece, LAST))
    return parsing.read(
        pieces.join(draft),
        language="en",
        types=TYPES,
        allowed=tuple(TYPES),
        where="en.md",
    )


LAST = pieces.piece(
    TYPES["button"], "last", {"link": "https://x.example", "label": "L"}
)


@given(st.lists(LINE, max_size=6).map("\n".join), LINE)
def test_no_word_of_a_form_becomes_another_block_or_line(text: str, title: str) -> None:
    written = pieces.piece(ITEM, "item-2", {"title": title, "place": "Paris"}, text)
    read = stored(written).translation
    draft = pieces.split(
        pieces.join(pieces.Draft(front="---\n---", pieces=(written, LAST))), TYPES
    )

    assert [block.id for block in read.blocks] == ["item-2", "last"]
    assert [each.text for each in draft.pieces] == [written.text, LAST.text]
    first = read.blocks[0]
    assert first.fields == {"place": "Paris"}
    again = pieces.piece(ITEM, "item-2", {"title": title, "place": "Paris"}, first.text)
    assert again.text == written.text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("date: tomorrow", "date: tomorrow"),
        ("日期：5月", "日期：5月"),
        ("# Heading", "## Heading"),
        ("# Heading\n```\n# code", "## Heading\n```\n# code\n```"),
        ("a \\: b", "a \\: b"),
    ],
)
def test_a_form_shows_a_text_again_as_it_was_typed(typed: str, shown: str) -> None:
    written = pieces.piece(ITEM, "a", {"title": "T"}, typed)
    assert pieces.words_of(stored(written).translation.blocks[0].text, ITEM) == shown


def test_a_subject_is_read_again_as_it_was_typed() -> None:
    for subject in ("Letter: June", '"Quoted"', "#3 # of", "", "a\nb", "---"):
        draft = pieces.Draft(front=pieces.front(subject, "p: q"), pieces=())
        assert pieces.front_values(draft) == {
            "subject": " ".join(subject.split()),
            "preheader": "p: q",
        }
