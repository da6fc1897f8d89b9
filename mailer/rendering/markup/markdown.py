"""Markdown of blocks to HTML and to plain text; no HTML passes through.

CommonMark with tables. Links may be https, http or mailto; others are refused by
the gate (`findings` lists them) and never become links here.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_SCHEMES = ("https://", "http://", "mailto:", "cid:")  # cid: an image of ours
_AT = re.compile(r"@(?=[^<>]*<(?!/a))")
_ALIGNMENT = re.compile(r' style="text-align:\w+"')


class ReferenceKind(StrEnum):
    """What the gate looks at in a text."""

    LINK = "link"
    IMAGE = "image"
    HTML = "html"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A link, an image or HTML, where it stands, and what it says."""

    kind: ReferenceKind
    value: str  # the address, or the HTML
    words: str  # of the link, or instead of the image
    line: int  # within the text, from 0


def _acceptable(url: str) -> bool:
    return url.lower().startswith(_SCHEMES)


def _anything(url: str) -> bool:
    return bool(url)


# validateLink is the parser's documented hook
_PARSER.validateLink = _acceptable  # type: ignore[method-assign]
_LENIENT = MarkdownIt("commonmark", {"html": True}).enable("table")
_LENIENT.validateLink = _anything  # type: ignore[method-assign]


@lru_cache(maxsize=4096)
def to_html(text: str, *, level: int, start: str) -> str:
    """Return a text as an HTML fragment.

    `level` is that of its highest heading, `start` the side its lines begin at.
    """
    tokens = _PARSER.parse(text)
    _renumber(tokens, level)
    html = _ALIGNMENT.sub("", str(_PARSER.renderer.render(tokens, _PARSER.options, {})))
    if "<table>" in html:
        html = _data_tables(html, start)
    return html.strip()


def _renumber(tokens: Sequence[Token], level: int) -> None:
    """Give headings the levels below the block's own, none left out."""
    used = sorted({token.tag for token in tokens if token.type == "heading_open"})
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(level + used.index(token.tag), 6)}"


def _data_tables(html: str, start: str) -> str:
    """Mark tables as data: a head for each column, and one for each row."""
    html = html.replace("<table>", '<table class="data">')
    html = html.replace("<th>", f'<th scope="col" style="text-align:{start}">')
    html = _AT.sub("@<wbr />", html)  # a narrow column may break an address there
    return re.sub(
        r"<tr>\n<td>(.*?)</td>",
        rf'<tr>\n<th scope="row" style="text-align:{start}">\1</th>',
        html,
    )


@lru_cache(maxsize=4096)
def to_inline_html(text: str) -> str:
    """Return one line of text as HTML without a paragraph around it."""
    return str(_PARSER.renderInline(text)).strip()


def findings(text: str) -> Iterator[Reference]:
    """Yield every link, image and piece of HTML of a text, as written."""
    lines = text.split("\n")
    for token in _LENIENT.parse(text):
        first, last = token.map or (0, len(lines))
        if token.type == "html_block":
            yield Reference(
                kind=ReferenceKind.HTML, value=token.content, words="", line=first
            )
        for child, words in _children(token):
            kind, value = _looked_at(child)
            if kind is not None:
                line = _line_of(value, lines, first, last)
                yield Reference(kind=kind, value=value, words=words, line=line)


def _children(token: Token) -> Iterator[tuple[Token, str]]:
    """Yield inline tokens, with the words of a link or an image."""
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


def _looked_at(token: Token) -> tuple[ReferenceKind | None, str]:
    match token.type:
        case "link_open":
            return ReferenceKind.LINK, str(token.attrs.get("href", ""))
        case "image":
            return ReferenceKind.IMAGE, str(token.attrs.get("src", ""))
        case "html_inline":
            return ReferenceKind.HTML, token.content
    return None, ""


def _line_of(value: str, lines: Sequence[str], first: int, last: int) -> int:
    """Return the line something stands at; references stand elsewhere than used."""
    return next((n for n in range(first, last) if value in lines[n]), first)


@lru_cache(maxsize=4096)
def to_text(text: str) -> str:
    """Return a text as plain text: lists and links kept, no markup left."""
    return "\n".join(_Writer().lines(_PARSER.parse(text))).strip()


class _Writer:
    """Writes blocks as lines; remembers the lists and the table row it is in."""

    def __init__(self) -> None:
        self._signs: list[str] = []  # of the open lists: "-", or the next number
        self._cells: list[str] | None = None

    def lines(self, tokens: Sequence[Token]) -> Iterator[str]:
        for token in tokens:
            if token.type == "inline":
                yield from self._inline(token)
            elif token.type in {"fence", "code_block"}:
                yield token.content.rstrip()
            elif token.type.endswith("_close"):
                yield from self._closed(token.type.removesuffix("_close"))
            else:
                self._opened(token)

    def _opened(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self._signs.append("-")
            case "ordered_list_open":
                self._signs.append(str(token.attrs.get("start", 1)))
            case "tr_open":
                self._cells = []

    def _closed(self, name: str) -> Iterator[str]:
        match name:
            case "bullet_list" | "ordered_list":
                self._signs.pop()
                yield ""
            case "list_item" if self._signs[-1].isdigit():
                self._signs[-1] = str(int(self._signs[-1]) + 1)
            case "tr":
                yield " | ".join(self._cells or ())
                self._cells = None
            case "table" | "paragraph" | "heading" if not self._signs:
                yield ""

    def _inline(self, token: Token) -> Iterator[str]:
        text = _inline(token)
        if self._cells is not None:
            self._cells.append(text)
        elif self._signs:
            sign = self._signs[-1]
            sign = sign if sign == "-" else f"{sign}."
            yield "  " * (len(self._signs) - 1) + f"{sign} {text}"
        else:
            yield text


def _inline(token: Token) -> str:
    parts: list[str] = []
    targets: list[tuple[str, int]] = []
    for child in token.children or ():
        match child.type:
            case "link_open":
                targets.append((str(child.attrs["href"]), len(parts)))
            case "link_close":
                target, start = targets.pop()
                address = target.removeprefix("mailto:")
                if "".join(parts[start:]).strip() != address:
                    parts.append(f" ({address})")
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case _:
                parts.append(child.content)
    return "".join(parts)
