"""Markdown of blocks to HTML and to plain text; no HTML passes through.

CommonMark with tables. Links may be https, http or mailto; others are refused by
the gate (`links` lists them) and never become links here.
"""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_SCHEMES = ("https://", "http://", "mailto:")


def _acceptable(url: str) -> bool:
    return url.lower().startswith(_SCHEMES)


def _anything(url: str) -> bool:
    return bool(url)


# validateLink is the parser's documented hook
_PARSER.validateLink = _acceptable  # type: ignore[method-assign]
_LENIENT = MarkdownIt("commonmark", {"html": False})
_LENIENT.validateLink = _anything  # type: ignore[method-assign]


def to_html(text: str) -> str:
    """Return a text as an HTML fragment."""
    return str(_PARSER.render(text)).strip()


def to_inline_html(text: str) -> str:
    """Return one line of text as HTML without a paragraph around it."""
    return str(_PARSER.renderInline(text)).strip()


def links(text: str) -> list[str]:
    """Return every address a link or image of the text would point to, as written."""
    return [
        str(token.attrs.get("href") or token.attrs.get("src"))
        for block in _LENIENT.parse(text)
        for token in block.children or ()
        if token.type in {"link_open", "image"}
    ]


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
