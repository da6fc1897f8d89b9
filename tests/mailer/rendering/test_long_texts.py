"""A text of 100,000 characters made against a regular expression takes no time."""

import time
from collections.abc import Callable

import pytest

from mailer.campaigns.writing import parsing
from mailer.campaigns.writing.translation import po, units
from mailer.rendering.language import bidi
from mailer.rendering.marks import Marks
from mailer.rendering.markup import markdown

MARKS = Marks("0123456789abcdef")

LENGTH = 100_000


def repeated(piece: str) -> str:
    return (piece * (LENGTH // len(piece) + 1))[:LENGTH]


PIECES = [
    *("1", "1.", "1..", "a ", "1 a", "ا.", "&a", "&amp;", "@", "a@", "<", "<a", "<a "),
    *("<!--", "<style", "<title", "<tr>\n<td>", " ", "\t", "a:", "36 C/", "36 C/a."),
    *("a/", "http://", "{a", "> ", "* ", "\n ", "\n \n"),
]
READERS: dict[str, Callable[[str], object]] = {
    "text from right to left": lambda text: bidi.isolate_text(text, "rtl", MARKS),
    "text from left to right": lambda text: bidi.isolate_text(text, "ltr", MARKS),
    "HTML from right to left": lambda text: bidi.isolate_html(text, "rtl", MARKS),
    "a table": lambda text: markdown._data_tables(f"<table>{text}", "left"),
    "a line of a block": lambda text: parsing._LINE.fullmatch(f"a:{text}\0"),
    "the opening of a block": lambda text: parsing._OPENING.fullmatch(f"# a{text}\0"),
    "paragraphs": lambda text: units.paragraphs(f"a{text}b"),
    "symbols": lambda text: po._SYMBOL.findall(f"36 C/{text}"),
    "HTML in a translation": po._HTML.search,
    "addresses": po._ADDRESS.findall,
}


@pytest.mark.parametrize("name", READERS)
def test_a_long_hostile_text_is_read_at_once(name: str) -> None:
    for piece in PIECES:
        text = repeated(piece)
        began = time.process_time()

        READERS[name](text)

        assert time.process_time() - began < 0.5, piece
