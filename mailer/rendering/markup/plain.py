"""Writes the Markdown of blocks as plain text, with the words of its HTML.

Lists keep their marks and levels, quotations their `>`, and links their addresses.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markdown_it.token import Token

from mailer.rendering.markup import addresses, parser

_BELOW_A_TYPED_MARK = 3  # columns: “a) ”
_RULE = "* * *"


@lru_cache(maxsize=4096)
def to_text(text: str) -> str:
    """Return a text as plain text."""
    written = "\n".join(_Writer().lines(parser.parse(text)))
    return re.sub(r"\n(?:>\n){0,9}\n{1,9}", "\n\n", f"{written}\n\n").strip()


class _Container:
    """A quotation, a list or an item that is open: what its lines begin with."""

    def __init__(
        self,
        first: str = "",
        other: str = "",
        *,
        mark: str = "",
        number: int | None = None,
    ) -> None:
        self.first = first
        self.other = other
        self.mark = mark  # of the items of a list; empty if they have none
        self.number = number  # of the next item of a numbered list

    def take(self) -> str:
        """Return what the next line begins with."""
        taken, self.first = self.first, self.other
        return taken


class _Writer:
    """Writes tokens as lines."""

    def __init__(self) -> None:
        self._open: list[_Container] = []
        self._cells: list[str] | None = None  # of the open table row

    def lines(self, tokens: Sequence[Token]) -> Iterator[str]:
        for token in tokens:
            match token.type:
                case "inline" if self._cells is not None:
                    self._cells.append(_inline(token))
                case "inline":
                    yield from self._written(_inline(token))
                case "fence":
                    yield from self._written(token.content.rstrip("\n"))
                    yield self._blank()
                case "hr":
                    yield from self._written(_RULE)
                    yield self._blank()
                case "tr_open":
                    self._cells = []
                case "tr_close":
                    yield from self._written(" | ".join(self._cells or ()))
                    self._cells = None
                case _ if token.nesting > 0:
                    self._opened(token)
                case _ if token.nesting < 0:
                    yield from self._closed(token)

    def _opened(self, token: Token) -> None:
        match token.type:
            case "blockquote_open":
                self._open.append(_Container("> ", "> "))
            case "bullet_list_open":
                # marks as they were typed are in the text of the items
                self._open.append(_Container(mark="" if token.meta else "- "))
            case "ordered_list_open":
                start = int(token.attrs.get("start", 1))
                self._open.append(_Container(number=start))
            case "list_item_open":
                around = self._open[-1]
                if "value" in token.attrs:
                    around.number = int(token.attrs["value"])
                self._open.append(_item(around))

    def _closed(self, token: Token) -> Iterator[str]:
        match token.type.removesuffix("_close"):
            case "blockquote" | "bullet_list" | "ordered_list":
                self._open.pop()
                if not self._open:
                    yield ""
            case "list_item":
                self._open.pop()
            case "paragraph" | "heading" | "table" if not token.hidden:
                yield self._blank()

    def _written(self, text: str) -> Iterator[str]:
        for line in text.split("\n"):
            opening = "".join(each.take() for each in self._open)
            yield f"{opening}{line}".rstrip()

    def _blank(self) -> str:
        """Return an empty line; within a quotation it has the `>`."""
        quoted = any(each.other == "> " for each in self._open)
        opening = "".join(each.other for each in self._open) if quoted else ""
        return opening.rstrip()


def _item(around: _Container) -> _Container:
    """Return the next item of a list."""
    mark = around.mark
    if around.number is not None:
        mark = f"{around.number}. "
        around.number += 1
    return _Container(mark, " " * (len(mark) or _BELOW_A_TYPED_MARK))


def _inline(token: Token) -> str:
    parts: list[str] = []
    targets: list[tuple[str, int]] = []
    for child in token.children or ():
        match child.type:
            case "link_open":
                targets.append((str(child.attrs["href"]), len(parts)))
            case "link_close":
                target, start = targets.pop()
                if not addresses.is_said(target, "".join(parts[start:])):
                    parts.append(f" ({addresses.in_words(target)})")
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "image":  # its description is no part of the word before it
                before = next((each for each in reversed(parts) if each), " ")
                parts.append("" if before[-1].isspace() else " ")
                parts.append(child.content)
            case _:
                parts.append(child.content)
    return "".join(parts)
