"""Turns the Markdown of blocks into HTML, and lists what the checks look at.

HTML in a text is escaped. Only https, http, mailto, tel and cid addresses become links
or images. `references` lists all links, images and HTML for the checks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile

from markdown_it.token import Token

from mailer.rendering.forms import table
from mailer.rendering.markup import addresses, parser

_CELLS = {"th_open", "td_open"}
_SIDES = {"left": "start", "center": "center", "right": "end"}  # of the rule's colons
_BREAKS = {"softbreak", "hardbreak"}
_NEAR = 100  # lines in which a link is looked for; the parser joins Chinese ones


class ReferenceKind(StrEnum):
    """The parts of a text that the checks look at."""

    LINK = "link"
    IMAGE = "image"
    HTML = "html"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A link, an image or a piece of HTML in a text."""

    kind: ReferenceKind
    value: str  # the address, or the HTML
    words: str  # the text of the link, or the description of the image
    line: int  # in the text, from 0


@lru_cache(maxsize=4096)
def to_html(text: str, *, level: int, start: str) -> str:
    """Return a text as an HTML fragment.

    `level` is the level of its highest heading; `start` is the side at which lines
    begin, "left" or "right".
    """
    tokens = parser.parse(text)
    _renumber(tokens, level)
    _mark_tables(tokens, start)
    return parser.render(tokens).strip()


def _renumber(tokens: Sequence[Token], level: int) -> None:
    """Give headings consecutive levels from `level` on."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(level + used.index(token.tag), 6)}"


def side_of(aligned: str, start: str) -> str:
    """Return left, right or center for start, end or center of lines."""
    end = "left" if start == "right" else "right"
    return {"start": start, "end": end}.get(aligned, aligned)


def _mark_tables(tokens: Sequence[Token], start: str) -> None:
    """Make tables data tables: with heads for columns and rows, and sides as written.

    As in a block `table`, a column without a side has its numbers at the end.
    """
    places = [n for n, token in enumerate(tokens) if token.type == "table_open"]
    for opened in places:
        tokens[opened].attrSet("class", "data")
        closed = next(
            n for n in range(opened, len(tokens)) if tokens[n].type == "table_close"
        )
        cells = [n for n in range(opened, closed) if tokens[n].type in _CELLS]
        width = sum(tokens[n].type == "th_open" for n in cells)
        for column in range(width):
            _mark_column(tokens, cells[column::width], start, is_first=column == 0)


def _mark_column(
    tokens: Sequence[Token], cells: Sequence[int], start: str, *, is_first: bool
) -> None:
    """Say of the cells of a column what they head, and at which side they stand.

    `cells` are the places of their opening tokens; the text is the token after each.
    """
    head, *others = cells
    said = str(tokens[head].attrs.get("style", "")).removeprefix("text-align:")
    numbers = table.are_numbers([tokens[place + 1].content for place in others])
    side = _SIDES.get(said) or ("end" if numbers and not is_first else "start")
    style = f"text-align:{side_of(side, start)}"
    for place in cells:
        opening, words, closing = tokens[place : place + 3]
        is_head = bool(words.content) and (is_first or place == head)
        opening.tag = closing.tag = "th" if is_head else "td"
        opening.attrs = {"scope": "col" if place == head else "row"} if is_head else {}
        if is_head or side != "start":
            opening.attrs["style"] = style


@lru_cache(maxsize=4096)
def to_inline_html(text: str) -> str:
    """Return one line of Markdown as HTML, without a paragraph around it."""
    return parser.render_line(text).strip()


def references(text: str) -> Iterator[Reference]:
    """Yield every link, image and piece of HTML in a text, as written."""
    lines = text.split("\n")
    for token in parser.parse_leniently(text):
        first, last = token.map or (0, len(lines))
        if token.type == "html_block":
            yield Reference(
                kind=ReferenceKind.HTML, value=token.content, words="", line=first
            )
        line = first
        for child, words in _children(token):
            line += child.type in _BREAKS
            kind, value = _kind_and_value(child)
            if kind is not None:
                place = _line_of(value, lines[line : min(line + _NEAR, last)])
                yield Reference(kind=kind, value=value, words=words, line=line + place)


def references_of_line(line: str) -> Iterator[Reference]:
    """Yield the links that a line of a block gets, which is no Markdown."""
    for start, end, target in addresses.in_line(line):
        kind, words = ReferenceKind.LINK, line[start:end]
        yield Reference(kind=kind, value=target, words=words, line=0)


def code_blocks(text: str) -> Iterator[int]:
    """Yield the line of each block of code, from 0."""
    for token in parser.parse(text):
        if token.type == "fence" and token.map:
            yield token.map[0]


def _children(token: Token) -> Iterator[tuple[Token, str]]:
    """Yield inline tokens with the text of a link or the description of an image."""
    children = token.children or []
    for position, child in enumerate(children):
        words = child.content
        if child.type == "link_open":
            inside = (children[n] for n in range(position + 1, len(children)))
            shown = takewhile(lambda each: each.type != "link_close", inside)
            words = "".join(each.content for each in shown)
        yield child, words.strip()


def _kind_and_value(token: Token) -> tuple[ReferenceKind | None, str]:
    match token.type:
        case "link_open":
            return ReferenceKind.LINK, str(token.attrs.get("href", ""))
        case "image":
            return ReferenceKind.IMAGE, str(token.attrs.get("src", ""))
        case "html_inline":
            return ReferenceKind.HTML, token.content
    return None, ""


def _line_of(value: str, lines: Sequence[str]) -> int:
    """Return which line has a value, or 0: a link may be defined elsewhere."""
    return next((n for n, line in enumerate(lines) if value in line), 0)
