"""Turns the Markdown of blocks into HTML, and lists what the checks look at.

HTML in a text is escaped. Only https, http, mailto, tel and cid addresses become links
or images. `references` lists all links, images and HTML for the checks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from markdown_it.token import Token

from mailer.rendering.markup import parser

_ALIGNMENT = re.compile(r' style="text-align:\w+"')


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
    html = _ALIGNMENT.sub("", parser.render(tokens))
    if "<table>" in html:
        html = _data_tables(html, start)
    return html.strip()


def _renumber(tokens: Sequence[Token], level: int) -> None:
    """Give headings consecutive levels from `level` on."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(level + used.index(token.tag), 6)}"


def _data_tables(html: str, start: str) -> str:
    """Make tables data tables, with a header cell for each column and row."""
    html = html.replace("<table>", '<table class="data">')
    html = html.replace("<th>", f'<th scope="col" style="text-align:{start}">')
    return re.sub(
        r"<tr>\n<td>(.*?)</td>",
        rf'<tr>\n<th scope="row" style="text-align:{start}">\1</th>',
        html,
    )


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
        for child, words in _children(token):
            kind, value = _kind_and_value(child)
            if kind is not None:
                line = _line_of(value, lines, first, last)
                yield Reference(kind=kind, value=value, words=words, line=line)


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
            inside = children[position + 1 :]
            closing = next(
                (n for n, each in enumerate(inside) if each.type == "link_close"), 0
            )
            words = "".join(each.content for each in inside[:closing])
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


def _line_of(value: str, lines: Sequence[str], first: int, last: int) -> int:
    """Return the line that has a value, or `first`: a link may be defined elsewhere."""
    return next((n for n in range(first, last) if value in lines[n]), first)
