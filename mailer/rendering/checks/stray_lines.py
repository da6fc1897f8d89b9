"""Finds lines such as `title: …` in a text whose block has no such line.

They would be shown as they were typed. Names that open sentences, such as `note:`, are
words; so is each with a capital, `Place: Paris`.
"""

import re
from collections.abc import Iterator

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import fences
from mailer.rendering.source import Block, Translation

# the lines of `_layout/blocks.toml`, but for words that open a sentence
NAMES = {
    *("title", "date", "until", "time", "place", "contact", "link", "label"),
    *("organisation", "sectors", "asked", "number", "addressees", "languages"),
    *("editions", "weight", "file", "alt", "caption", "credit", "who", "function"),
    *("logo", "reference"),
}
_LINE = re.compile(r"([a-z]{2,20})\s?:\s{1,9}\S")
_HAVE_FORMS = {"agenda", "people", "table"}  # with lines of their own


def check_stray_lines(translation: Translation) -> Iterator[Problem]:
    """Yield an error for each such line."""
    for block in translation.blocks:
        if ":" in block.text and block.type not in _HAVE_FORMS:
            yield from _check(block, translation.language)


def _check(block: Block, language: str) -> Iterator[Problem]:
    fence = ""
    for number, line in enumerate(block.text.split("\n")):
        before, fence = fence, fences.after(line, fence)
        name = _LINE.match(line)
        if before or fence or name is None or name[1] not in NAMES:
            continue
        what = f"a block {block.type} has no line {name[1]}, so it would be shown as"
        remedy = f"remove {name[1]}: or write {name[1]}\\: in the text"
        yield problem.error(language, block.line(number), f"{what} typed; {remedy}")
