"""Finds what a text shows as it was typed, because it was not understood.

`in_text` looks through the words of Markdown, `in_line` through a line that is none,
`in_letter` through a letter, which has none left. What a backslash escapes is meant.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import islice

from markdown_it.token import Token

from mailer.rendering.checks import misread, placeholders
from mailer.rendering.language import quotation
from mailer.rendering.markup import addresses, markdown, parser
from mailer.rendering.markup.east_asian import RANGES
from mailer.rendering.source import Block, Letter, Translation

_SCHEME = r"(?:https?:|www\.|mailto:|tel:|cid:)"
_LINK = "write a link as [words](https://…): no space before the (, a ) at its end"
_NO_ADDRESS = "no line such as [name]: https://… gives its address"
_PICTURE = "write a picture as ![description](cid:name.png)"
_ITALIC = "write *words*"
_BOLD = "write bold as **words**, without spaces beside the words"
_PLAIN = "letters do not mark words so; write **words** or *words*"
_IN_LINE = "this line shows no Markdown, so remove the marks"
_ITSELF = "type the character itself"
_RAISED = f"{_ITSELF}, such as ² or ₂"
_TABLE = "give the table a second row such as |---|---|, with a part for each column"
_PATTERNS = [
    (re.compile(pattern, re.MULTILINE | re.IGNORECASE), advice)
    for pattern, advice in (
        (r"!\s?\[[^\]\n]{0,200}\]\s?[(（][^)\n]{0,80}\)?", _PICTURE),
        (r"!\[\[[^\[\]\n]{1,120}\]\]", _PICTURE),
        (r"(?<!!)\[[^\[\]\n]*\]\([^)\n]{0,80}\)?", _LINK),
        (
            rf"[\[［【〔][^\[\]［］【】〔〕\n]*[\]］】〕]\s?[(（]\s?{_SCHEME}[^)）\n]{{0,80}}",
            _LINK,
        ),
        (rf"[)）]\s?[\[［]{_SCHEME}[^\]\n]{{0,80}}", _LINK),
        (rf"\[(?!\d{{1,3}}\])[^\[\]\n]{{1,200}}\]:?<?{_SCHEME}[^\s]{{0,80}}", _LINK),
        (r"\[[^\[\]\n]+\]\[[^\[\]\n]*\]", _NO_ADDRESS),
        (r"<https?://[^<>\s]{1,200}\s[^<>\n]{0,200}>", "write %20 for the space"),
        (
            r"https?(?:[：﹕]\s?[/／]{2}|:／／)",
            "write https:// with the signs of ASCII",
        ),
        (r"<<[^<>\n]{1,120}>>", "write « and » around the words"),
        (r"\*\*+|＊＊+", _BOLD),
        (r"(?<![\w/.@#])_(?=[^\W_])[^_\n]{1,80}(?<=[^\x00-\x7f_])_(?=\w)", _ITALIC),
        (rf"_{{1,3}}(?=[{RANGES}])[^_\n]{{1,80}}(?<=[{RANGES}])_{{1,3}}", _ITALIC),
        (r"(?<![\w*])\*(?=[^\s*])[^*\n]{0,80}[^\s*]\*(?!\*)", _ITALIC),
        (r"(?<![_\w])__(?=[^\W_])[^_\n]{0,80}|(?<=[^\W_])__(?![_\w])", _BOLD),
        (r"^\\(?=[^\W\d])", "remove the backslash, or put it before the colon"),
        (r"~~", "letters do not strike words out; remove them"),
        (r"(?<![\w=])==(?=[^\s=])[^=\n]{1,80}(?<=[^\s=])==(?![\w=])", _PLAIN),
        (r"(?<![\w+])\+\+(?=[^\s+])[^+\n]{1,80}(?<=[^\s+])\+\+(?![\w+])", _PLAIN),
        (r"(?<=\w)~[^\s~]{1,10}~|(?<![\^\[])\^(?!_)[^\s^\[\]]{1,9}\^(?!\^)", _RAISED),
        (r"[［【〔]\^\d{1,3}[］】〕]", "write the mark of a note as [^1]"),
        (r"^={3,}[ \t]*$", "write *** for a line, and ## before a heading"),
        (r"^\*\[[^\]\n]{1,60}\]:", "write what it is short for in the text"),
        (r"(?<![\w:/]):[a-z][a-z0-9_+-]{1,30}:(?![\w:/])", "type the sign itself"),
        (r"^[ \t]*\|.*\|[ \t]*$|\|[ \t]*:?-{2,}", _TABLE),
        (r"^[ \t]*#{2,6}[^\s#].{0,40}", "put a space after the # of a heading"),
        ("\ufffd", "a character was lost when the text was saved; type it again"),
        ("[\x80-\x9f]|[\uf000-\uf0ff]", "this character is damaged; type it again"),
    )
]
_WIKI = re.compile(r"\[\[[^\[\]\n]{1,120}\]\](?!\()")
_OF_LINES = [
    (pattern, _IN_LINE if advice in {_LINK, _ITALIC, _BOLD, _PLAIN} else advice)
    for pattern, advice in _PATTERNS
]
_NOTE = (  # checks.notes checks those of Markdown
    re.compile(r"\[\^[^\]\n]{1,60}\]:?"),
    "the mark of a note stands in a text or a title; the note in a block notes",
)
_BOX = (  # the text part of a letter shows a picture so, by its description
    re.compile(r"^\[[ xX]\](?=\s)", re.MULTILINE),
    "letters have no boxes to tick; remove it",
)
_NOT_MARKDOWN = [
    _NOTE,
    (re.compile(r"</?[a-z][^<>\n]*>|<!--", re.IGNORECASE), "HTML is not allowed here"),
    (re.compile(r"&(?:[a-z]{2,8}|#x?[0-9a-f]{2,6});", re.IGNORECASE), _ITSELF),
]
_UNFILLED = [
    (re.compile(r"%\([a-z_]+\)[sd]"), "a string of the catalogue is wrong"),
    (
        re.compile(r"\{(?:name|organisation|address)\}"),
        "write a placeholder without marks within the braces",
    ),
]
_UNREAD = re.compile(r"<!--|<(style|title|pre|code)\b")
_WITHIN_LINE = re.compile(r"</?(?:a|strong|em|span|wbr)\b[^>]*>")
_SHOWN_ATTRIBUTE = re.compile(r'\b(?:alt|title)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Leftover:
    """What is left over in a text: its line, from 0, and a sentence."""

    line: int
    found: str
    sentence: str


def in_text(text: str) -> Iterator[Leftover]:
    """Yield what is left over in a text in Markdown."""
    for first, words in _words(text):
        yield from _found(words.masked, first, [*_PATTERNS, _BOX])
    for start, found, sentence in placeholders.in_entities(text):
        yield Leftover(text.count("\n", 0, start), found, sentence)
    if "]:" in text:
        yield from _without_use(text)


def _without_use(text: str) -> Iterator[Leftover]:
    """Yield the addresses [name]: https://… that no link has; they are not shown."""
    for name, line in parser.definitions(text).items():
        uses = re.findall(rf"\[{re.escape(name)}\](?!:)", text, re.IGNORECASE)
        if not uses:
            found = text.split("\n")[line].strip()
            what = f"found {_quoted(found)}, which is not shown: no link has [{name}]"
            yield Leftover(line, found, f"{what}; {_LINK}")


def in_line(text: str) -> Iterator[Leftover]:
    """Yield what is left over in a line that is not Markdown, such as a place."""
    yield from _found(text, 0, [*_OF_LINES, *_NOT_MARKDOWN], escapes=False)


def _found(
    text: str,
    first: int,
    patterns: Iterable[tuple[re.Pattern[str], str]],
    *,
    escapes: bool = True,
) -> Iterator[Leftover]:
    seen = bytearray(len(text))  # a character is part of one leftover
    for start, found, sentence in placeholders.told(text):
        seen[start : start + len(found)] = b"\1" * len(found)
        yield Leftover(first + text.count("\n", 0, start), found, sentence)
    for pattern, advice in patterns:
        lines: set[int] = set()
        for match in islice(pattern.finditer(text), placeholders.MOST):
            line = text.count("\n", 0, match.start())
            if line in lines or any(seen[match.start() : match.end()]):
                continue
            lines.add(line)
            seen[match.start() : match.end()] = b"\1" * len(match[0])
            yield Leftover(
                first + line,
                match[0],
                f"found {_quoted(match[0])}, which would be shown as typed; {advice}",
            )
    for start, found, sentence in (
        *placeholders.faults(text, escapes=escapes),
        *islice(misread.faults(text), placeholders.MOST),
        *islice(_wiki_links(text), placeholders.MOST),
    ):
        if not seen[start]:
            seen[start : start + len(found)] = b"\1" * len(found)
            yield Leftover(first + text.count("\n", 0, start), found, sentence)


def _wiki_links(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield links such as [[Page]]; one of a placeholder's words is found before."""
    for match in _WIKI.finditer(text):
        what = f"found {_quoted(match[0])}, which would be shown as typed"
        yield match.start(), match[0], f"{what}; {_LINK}"


def _quoted(found: str) -> str:
    """Return a piece of text for a sentence; what cannot be printed by its number."""
    shown = found.strip().replace(placeholders.MEANT, "…")[:60]
    return repr(
        "".join(each if each.isprintable() else f"U+{ord(each):04X}" for each in shown)
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one paragraph: without what is meant, and as they are shown."""

    masked: str
    shown: str


@lru_cache(maxsize=1024)
def _words(text: str) -> Sequence[tuple[int, _Words]]:
    """Return the words of each paragraph with its first line."""
    return [
        (token.map[0] if token.map else 0, _of(token))
        for token in parser.parse_literally(text)
        if token.type in {"inline", "fence"}
    ]


def _of(token: Token) -> _Words:
    if token.type == "fence":
        return _Words("", token.content)
    masked, shown = [], []
    for child in token.children or ():
        if child.children:  # the description of a picture
            inside = _of(child)
            masked.append(inside.masked)
            shown.append(inside.shown)
        elif child.type in {"softbreak", "hardbreak"}:
            masked.append("\n")
            shown.append("\n")
        else:
            escaped = child.type == "text_special" and child.content != child.markup
            meant = escaped or child.type == "code_inline"
            masked.append(placeholders.MEANT if meant else child.content)
            shown.append(child.content)
    return _Words("".join(masked), "".join(shown))


def meant(translations: Iterable[Translation]) -> frozenset[str]:
    """Return what only looks left over in these texts: it is code or escaped."""
    found = set()
    for translation in translations:
        for block in translation.blocks:
            for _, words in _words(block.text):
                if words.masked != words.shown:
                    left = _found(words.shown, 0, [*_PATTERNS, _NOTE, *_UNFILLED])
                    found |= {_key(each.found) for each in left}
            for shown in _bracketed_links(block):
                found |= {_key(each.found) for each in _found(shown, 0, _PATTERNS)}
    return frozenset(found)


def _bracketed_links(block: Block) -> Iterator[str]:
    """Yield links with brackets in their words, as the text part shows them.

    The link [[1]](https://…) is “[1] (https://…)” there, as a wrong one would be.
    """
    for text in (block.title, block.text):
        for each in markdown.references(text) if "]](" in text else ():
            if each.kind is markdown.ReferenceKind.LINK:
                yield f"{each.words} ({addresses.in_words(each.value)})"


def in_letter(
    letter: Letter, blocks: Sequence[Block], meant: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """Yield the place and a sentence for what is left over in a rendered letter.

    The place is the first line of the block that has it, or "letter".
    """
    seen = set(meant)
    for text in map(_as_typed, (letter.subject, _shown(letter.html), letter.text)):
        for each in _found(text, 0, [*_PATTERNS, _NOTE, *_UNFILLED]):
            key = _key(each.found)
            if key not in seen:
                seen.add(key)
                yield _place(each.found, blocks), each.sentence


def _as_typed(found: str) -> str:
    """Return words without what typography and direction add to them."""
    return re.sub("[\u2066-\u2069]", "", re.sub("[\u00a0\u202f]", " ", found))


def _key(found: str) -> str:
    """Return what is the same in a text and its letter, which sets marks and spaces."""
    return _as_typed(quotation.as_typed(found))


def _read_by_people(html: str) -> Iterator[str]:
    """Yield the parts of a letter without comments, styles, its title and code."""
    position = 0
    while opening := _UNREAD.search(html, position):
        yield html[position : opening.start()]
        closing = f"</{opening[1]}>" if opening[1] else "-->"
        end = html.find(closing, opening.end())
        if end < 0:
            return
        position = end + len(closing)
    yield html[position:]


def _shown(html: str) -> str:
    """Return the words that the HTML of a letter shows, each paragraph on a line."""
    body = "".join(_read_by_people(html))
    attributes = _SHOWN_ATTRIBUTE.findall(body)
    words = re.sub(r"<[^>]+>", "\n", _WITHIN_LINE.sub("", body))
    return unescape("\n".join([words, *attributes]))


def _place(found: str, blocks: Sequence[Block]) -> str:
    for block in blocks:
        whole = "\n".join([block.title, *block.fields.values(), block.text])
        if _key(found) in _key(whole):
            return block.where
    return "letter"
