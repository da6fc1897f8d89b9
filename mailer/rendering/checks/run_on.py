"""Finds lines that Markdown joins, or makes a heading, where people meant a new line.

Lines of a paragraph run together, and a line below a list goes on with its last item.
So an editor may wrap lines; but a short line that has room for the next word was not
wrapped.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it.token import Token

from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.markup import parser
from mailer.rendering.markup.east_asian import is_east_asian
from mailer.rendering.source import Block, Translation

_WRAPPED = 50  # columns; an editor that wraps lines fills more of them
_LONG_HEADING = 80  # characters
_ENDS = re.compile(r"[.!?…:;。！？：；؟؛][\"'”’»)）*_]*$")
KEEPS_LINES = {"agenda", "people", "signature", "table", "notes", "links", "partners"}
_BREAK = re.compile(r"(?: {2}|\\)$")
_APART = "put an empty line between, or end the first with two spaces"


def check_run_on(translation: Translation) -> Iterator[Problem]:
    """Yield a warning for each pair of lines that were hardly meant as one."""
    for block in translation.blocks:
        if "\n" in block.text and block.type not in KEEPS_LINES:
            for line, what in _found(block):
                yield problem.warning(translation.language, block.line(line), what)


def _found(block: Block) -> Iterator[tuple[int, str]]:
    lines = block.text.split("\n")
    open_items: list[Token] = []
    for token in parser.parse(block.text):
        match token.type:
            case "list_item_open":
                open_items.append(token)
            case "list_item_close":
                open_items.pop()
            case "heading_open" if token.markup in {"-", "="} and token.map:
                yield from _underlined(token, lines)
            case "inline" if token.map and "\n" in token.content:
                start, end = token.map
                yield from _joined(lines, start, end, in_list=bool(open_items))


def _underlined(token: Token, lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield a warning if a line of dashes made a heading of a sentence."""
    start, end = token.map or (0, 0)
    heading = " ".join(lines[start : end - 1]).strip()
    if len(heading) > _LONG_HEADING or _ENDS.search(heading):
        mark = lines[end - 1].strip()[:5]
        what = f"the line {mark} directly below {heading[:40]!r} makes it a heading"
        yield start, f"{what}; put an empty line above {mark}"


def _joined(
    lines: Sequence[str], start: int, end: int, *, in_list: bool
) -> Iterator[tuple[int, str]]:
    """Yield a warning for the first two lines of a paragraph that are joined so."""
    for first, then in pairwise(range(start, min(end, len(lines)))):
        above, below = lines[first].strip(" >"), lines[then].strip(" >")
        if not above or not below or _BREAK.search(lines[first]):
            continue
        if _columns(f"{above} {_first_word(below)}") > _WRAPPED:
            continue
        if in_list and not lines[then][:1].isspace():
            what = f"{below[:40]!r} is shown as part of the item {above[:40]!r}"
            yield then, f"{what}; put an empty line between, or indent it"
            return
        if not in_list and not _ENDS.search(above):
            what = f"{above[:40]!r} and {below[:40]!r} are shown on one line"
            yield first, f"{what}; {_APART}"
            return


def _first_word(text: str) -> str:
    word = text.split(maxsplit=1)[0]
    return word[:1] if is_east_asian(word[0]) else word


def _columns(text: str) -> int:
    return sum(1 + is_east_asian(each) for each in text)
