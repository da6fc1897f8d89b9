"""A text of 100,000 characters made against a regular expression takes no time."""

import gc
import time
from collections.abc import Callable

import pytest

from mailer.campaigns.writing.syntax import front_matter, line_names, openings
from mailer.campaigns.writing.translation import comparing, units
from mailer.rendering.checks import leftovers, misread, placeholders
from mailer.rendering.language import bidi, quotation
from mailer.rendering.marks import Marks
from mailer.rendering.markup import addresses, parser
from mailer.rendering.markup.lists import typed_marks

MARKS = Marks("0123456789abcdef")

LENGTH = 100_000


def repeated(piece: str) -> str:
    return (piece * (LENGTH // len(piece) + 1))[:LENGTH]


PIECES = [
    *("1", "1.", "1..", "a ", "1 a", "ا.", "&a", "&amp;", "@", "a@", "<", "<a", "<a "),
    *("<!--", "<style", "<title", " ", "\t", "a:", "36 C/", "36 C/a."),
    *("a/", "http://", "{a", "> ", "* ", "\n ", "\n \n"),
    *(
        "[",
        "[a](",
        "](https://",
        "[a](https://b.c) ",
        ")",
        "[1]\n",
        "{",
        "{a}",
        "%a",
        "*|a",
        "(",
        "`",
        "a) b\n",
        "- a\n",
    ),
    *("**", "|", "| a |\n", "![", "https://a.b ", "a@b.c ", "_", "~", "#", "\ufffd"),
    *(
        '"',
        "'",
        '"a" ',
        "'a",
        "l'",
        " -- ",
        "a--",
        "...",
        "-- a\n",
        "«",
        "a.",
        "Ð",
        "ä½",
    ),
]
READERS: dict[str, Callable[[str], object]] = {
    "text from right to left": lambda text: bidi.isolate_text(text, "rtl", MARKS),
    "text from left to right": lambda text: bidi.isolate_text(text, "ltr", MARKS),
    "HTML from right to left": lambda text: bidi.isolate_html(text, "rtl", MARKS),
    "a line of a block": lambda text: line_names._TYPED.fullmatch(f"a:{text}\0"),
    "the opening of a block": lambda text: openings._OPENING.fullmatch(f"# a{text}\0"),
    "a near opening": lambda text: openings._NEAR.fullmatch(f"#{text}\0"),
    "front matter": lambda text: list(front_matter._as_yaml([(1, text)], "", [])),
    "bare addresses": addresses.found,
    "an address": lambda text: addresses.found(f"https://a.b/{text}"),
    "marks of lists": typed_marks.with_lists,
    "quotation marks": lambda text: quotation.typeset.__wrapped__(f"'{text}", "fr"),
    "single marks": lambda text: list(quotation.unpaired(f"'{text}\"", "fr")),
    "other encodings": lambda text: list(misread.faults(f"é{text}")),
    "targets of links": lambda text: parser._with_whole_targets(f"[a](https://{text}"),
    "leftovers": lambda text: list(leftovers._found(text, 0, leftovers._PATTERNS)),
    "placeholders": lambda text: list(placeholders.faults(text, escapes=True)),
    "paragraphs": lambda text: units.paragraphs(f"a{text}b"),
    "symbols": lambda text: comparing.SYMBOL.findall(f"36 C/{text}"),
    "HTML in a translation": comparing._HTML.search,
    "addresses": comparing.ADDRESS.findall,
}


@pytest.mark.prove
@pytest.mark.parametrize("name", READERS)
def test_a_long_hostile_text_is_read_at_once(name: str) -> None:
    for piece in PIECES:
        text = repeated(piece)
        # three times: another process may have emptied the caches
        assert any(seconds(READERS[name], text) < 0.5 for _ in range(3)), piece


def seconds(reader: Callable[[str], object], text: str) -> float:
    """Return the processor time of a reader, without that of the garbage collector."""
    gc.disable()
    try:
        began = time.process_time()
        reader(text)
        return time.process_time() - began
    finally:
        gc.enable()
