"""Parses Markdown as people write it: CommonMark with tables, and some more.

Other than CommonMark says: emphasis beside any punctuation, links of bare addresses,
lists with any mark, no space where a Chinese or Japanese line is wrapped, and an
indented paragraph is text.
"""

import re
from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from mailer.rendering.markup import addresses, emphasis
from mailer.rendering.markup.east_asian import has_no_spaces
from mailer.rendering.markup.lists import typed_marks

_SCHEMES = ("https://", "http://", "mailto:", "tel:", "cid:")  # cid: in the message
_CODE_OR_TARGET = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|(?<=\]\()(?=https?://|www\.|mailto:|tel:|cid:)",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"(?<![ \t])[ \t]+(?:\"[^\"]*\"|'[^']*')[ \t]*\Z")


def _has_allowed_scheme(url: str) -> bool:
    return url.lower().startswith(_SCHEMES)


def _is_not_empty(url: str) -> bool:
    return bool(url)


def _join_lines(state: StateCore) -> None:
    """Remove the line break between characters of a script without spaces."""
    for block in state.tokens:
        children = block.children or []
        for place, token in enumerate(children):
            if token.type == "softbreak" and _is_within_word(children, place):
                token.type, token.tag, token.content = "text", "", ""


def _is_within_word(tokens: Sequence[Token], place: int) -> bool:
    before = _first_content(tokens, range(place - 1, -1, -1))[-1:]
    after = _first_content(tokens, range(place + 1, len(tokens)))[:1]
    return all(each and has_no_spaces(each) for each in (before, after))


def _first_content(tokens: Sequence[Token], places: range) -> str:
    """Return the first text at some places; empty if a picture comes before it."""
    first = next((tokens[n] for n in places if tokens[n].content), None)
    return first.content if first and first.type != "image" else ""


def _made(*, html: bool, every: bool) -> MarkdownIt:
    """Return a parser; with `html` it finds HTML, with `every` links of any scheme."""
    parser = MarkdownIt("commonmark", {"html": html}).enable("table")
    parser.disable(["code"])
    parser.inline.ruler.at("emphasis", emphasis.tokenize)
    parser.inline.ruler.at("text", addresses.text)
    parser.inline.ruler.after("text", "address", addresses.address)
    parser.core.ruler.after("block", "hide_bullets", typed_marks.hide_bullets)
    parser.core.ruler.after("block", "keep_numbers", typed_marks.keep_numbers)
    parser.core.ruler.after("inline", "join_lines", _join_lines)
    # both are documented hooks of the parser
    parser.normalizeLink = addresses.encoded  # type: ignore[method-assign, assignment]
    allowed = _is_not_empty if every else _has_allowed_scheme
    parser.validateLink = allowed  # type: ignore[method-assign]
    return parser


def _space(*_arguments: object) -> str:
    """Return the space that a line break is; MJML drops a line feed between tags."""
    return " "


_STRICT = _made(html=False, every=False)
_STRICT.add_render_rule("softbreak", _space)
_LENIENT = _made(html=True, every=True)
_LITERAL = _made(html=False, every=True).disable(["text_join", "join_lines"])


def parse(text: str) -> list[Token]:
    """Return the tokens of a text; HTML in it is text."""
    return _STRICT.parse(as_markdown(text))


def parse_leniently(text: str) -> list[Token]:
    """Return the tokens of a text as written, with HTML and every address."""
    return _LENIENT.parse(as_markdown(text))


def parse_literally(text: str) -> list[Token]:
    """Return the tokens of a text; escaped characters are tokens `text_special`."""
    return _LITERAL.parse(as_markdown(text))


def definitions(text: str) -> dict[str, int]:
    """Return the names of addresses that a text defines, [name]: https://…, and lines.

    The lines count from 0.
    """
    found: dict[str, Any] = {}
    _LITERAL.parse(as_markdown(text), found)
    return {name: each["map"][0] for name, each in found.get("references", {}).items()}


def render(tokens: Sequence[Token]) -> str:
    """Return tokens as HTML."""
    return str(_STRICT.renderer.render(tokens, _STRICT.options, {}))


def render_line(text: str) -> str:
    """Return one line of Markdown as HTML, without a paragraph around it."""
    return str(_STRICT.renderInline(_with_whole_targets(text)))


def as_markdown(text: str) -> str:
    """Return a text as CommonMark, line by line."""
    return typed_marks.with_lists(_with_whole_targets(text))


def _with_whole_targets(text: str) -> str:
    """Return a text with < > around the addresses of links that have a space."""
    pieces, at = [], 0
    while match := _CODE_OR_TARGET.search(text, at) if "](" in text else None:
        pieces.append(text[at : match.end()])
        at = match.end()
        if match["code"] is None:
            end, is_closed = _end_of_target(text, at)
            inside = text[at:end]
            pieces.append(_whole_target(inside) if is_closed else inside)
            at = end
    return "".join((*pieces, text[at:]))


def _whole_target(inside: str) -> str:
    """Return what the parentheses of a link have, as CommonMark has it."""
    title = _TITLE.search(inside)
    target = inside[: title.start() if title else len(inside)].strip()
    if target.lower().startswith("tel:"):
        target = addresses.dialled(target)
    elif target.lower().startswith("mailto:"):
        target = f"mailto:{target[len('mailto:') :].lstrip()}"
    if re.search(r"\s", target):
        target = f"<{target}>"
    return f"{target}{title[0] if title else ''}"


def _end_of_target(text: str, start: int) -> tuple[int, bool]:
    """Return where a target in parentheses ends, and whether they close there."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth < 0:
            return place, True
        if text[place] in "\n<>":
            return place, False
    return len(text), False
