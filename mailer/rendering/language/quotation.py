"""Sets quotation marks, apostrophes, dashes and dots as the language of a text has.

Authors type `"`, `'`, `--` and `...`. In a paragraph whose straight marks are pairs
each becomes the mark of the language: “ ” in English, « » in French, „ “ within them in
Russian. What stays as it was typed: code, addresses, names of files, and a mark after a
backslash. Marks that are no pairs stay, too; `unpaired` finds them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from mailer.rendering.markup import addresses
from mailer.rendering.markup.east_asian import has_no_spaces

CODE = re.compile(
    r"(^ {0,3}(?:```|~~~).*?^ {0,3}(?:```|~~~)"
    r"|(?<![\\`])(?:(?:`(?!`)(?:[^`\n]|\n(?!\n))+`)|(?:``(?!`).+?(?<!`)``))(?!`))",
    re.DOTALL | re.MULTILINE,
)
TARGET = re.compile(  # with parentheses within it
    r"(\]\(<?(?:https?|mailto|tel|cid):(?:[^()\n]|\([^()\n]*\))*)", re.IGNORECASE
)
_ENDING = r"(?:pdf|docx?|xlsx?|pptx?|odt|csv|png|jpe?g|gif)"
_OTHERS_KEPT = (
    re.compile(r"<[a-z]+:[^<>\s]+>", re.IGNORECASE),
    re.compile(r"^[ ]{0,3}\[[^\]\n]+\]:.*$", re.MULTILINE),
    re.compile(r"\\[\"'.-]"),
    re.compile(  # the name of a file, also one with spaces between quotation marks
        rf"(?<=[\"“«'‘])[^\"“”«»\n]{{1,80}}\.{_ENDING}(?=[\"”»'’])"
        rf"|(?<![\w().@+-])[\w().@+-]{{1,120}}\.{_ENDING}\b",
        re.IGNORECASE,
    ),
)
_KEPT = "\ue003"  # stands for a character that stays, as part of a word
_ANY = re.compile(r"[\"']|\.\.\.|--")
_SEGMENTS = re.compile(  # what ends a paragraph, an item or a cell
    r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+•–—|]|#{2,6} |>|\(?\w{1,3}[.)])\s?)|(?<!\\)\|"
)
_MARKS = {  # outer and inner quotation marks
    "en": (("“", "”"), ("‘", "’")),
    "fr": (("«", "»"), ("“", "”")),
    "es": (("«", "»"), ("“", "”")),
    "ru": (("«", "»"), ("„", "“")),
    "ar": (("«", "»"), ("“", "”")),
    "zh": (("“", "”"), ("‘", "’")),
    "de": (("„", "“"), ("‚", "‘")),
    "it": (("«", "»"), ("“", "”")),
}
_SPACED = {"fr"}  # a space that does not break stands within « »
_NO_BREAK = "\u00a0"
_DASHES = {"ru": "—", "zh": "——"}
_IN_WORDS = str.maketrans(dict.fromkeys("\"'()“”«»’", "a"))  # beside a dash, as words
_DOTS = {"zh": "……"}
_BEFORE = set("([{«“„‘‹—–-/|>.:,;!?…¿¡،؛\u200e\u200f\"'")
_AFTER = set(".,;:!?()[]}»”’›—–-/|<…،؛؟\u200e\u200f\\\"'")
_WORD_ENDS = {"}", ")", "]", "»", "”", _KEPT}  # of a placeholder, a link, a quotation
_FAR = 8  # more than the marks of emphasis at one place
_OPENS, _CLOSES = "«“„‹", "»”›"
_BETWEEN_WORDS = re.compile(
    r"(?<=[^\s|:-])(?P<space> ?)(?P<dash>-{2,3})(?P=space)(?=[^\s|:-])"
)
_AT_START = re.compile(
    r"^(?P<before>[ \t>]*)(?P<dash>-{2,3}) (?=[^\s|:-])", re.MULTILINE
)
_ELLIPSIS = re.compile(r"(?<![./\\])\.\.\.(?![./\\])")
_DOUBLE, _SINGLE = re.compile('"'), re.compile("'")
_DECADE = re.compile(r"'\d0s\b")


class _Change(NamedTuple):
    """A piece of a text, and what is set for it."""

    start: int
    end: int
    shown: str


@lru_cache(maxsize=4096)
def typeset(text: str, language: str) -> str:
    """Return a text in Markdown, or a line, with the marks of its language."""
    if _ANY.search(text) is None:
        return text
    language = language.partition("-")[0]
    words = _without_kept(text)
    changes = [*_quotation(words, language)[0], *_dashes(words, language)]
    changes += [
        _Change(each.start(), each.end(), _DOTS.get(language, "…"))
        for each in _ELLIPSIS.finditer(words)
    ]
    pieces, at = [], 0
    for each in sorted(changes, key=lambda change: change.start):
        pieces += [text[at : each.start], each.shown]
        at = each.end
    return "".join([*pieces, text[at:]])


def unpaired(text: str, language: str) -> Iterator[int]:
    """Yield the places of straight marks that are shown as they were typed."""
    if '"' in text or "'" in text:
        words = _without_kept(text)
        yield from _quotation(words, language.partition("-")[0])[1]


def as_typed(text: str) -> str:
    """Return a text with the marks that are typed for those that are set."""
    text = re.sub("«[\u00a0\u202f ]?|[\u00a0\u202f ]?»|[“”„]", '"', text)
    text = re.sub("[‘’‚]", "'", text)
    return re.sub("…+", "...", re.sub(" ?[–—]+ ?", "--", text))


def _without_kept(text: str) -> str:
    """Return a text of the same length without the characters that stay."""
    spans = [(start, end) for start, end, _ in addresses.found(text)]
    spans += [(each.start() + 1, each.end()) for each in TARGET.finditer(text)]
    for pattern in (CODE, *_OTHERS_KEPT):
        spans += [each.span() for each in pattern.finditer(text)]
    letters = list(text)
    for start, end in spans:
        letters[start:end] = _KEPT * (end - start)
    return "".join(letters)


def _quotation(words: str, language: str) -> tuple[list[_Change], list[int]]:
    """Return what is set for straight marks, and the places of those that stay."""
    changes: list[_Change] = []
    left: list[int] = []
    at = 0
    for end in (*(each.start() for each in _SEGMENTS.finditer(words)), len(words)):
        segment = words[at:end]
        if '"' in segment or "'" in segment:
            made, kept = _in_segment(segment, language)
            changes += [_Change(c.start + at, c.end + at, c.shown) for c in made]
            left += [each + at for each in kept]
        at = end
    return changes, left


def _in_segment(segment: str, language: str) -> tuple[list[_Change], list[int]]:
    doubles = [each.start() for each in _DOUBLE.finditer(segment)]
    pairs = _pairs(segment, doubles)
    left = doubles if pairs is None else []
    changes, singles = [], []
    for place in (each.start() for each in _SINGLE.finditer(segment)):
        if _is_apostrophe(segment, place):
            changes.append(_Change(place, place + 1, "’"))
        else:
            singles.append(place)
    inner, apostrophes, alone = _single_pairs(segment, singles)
    changes += [_Change(each, each + 1, "’") for each in apostrophes]
    level = at = 0
    for opening, closing in pairs or ():
        level += _depth(segment[at:opening])
        at = opening
        changes += _set(opening, closing, language, level=level)
    for opening, closing in inner:
        changes += _set(opening, closing, language, level=1)
    return changes, left + alone


def _set(opening: int, closing: int, language: str, *, level: int) -> list[_Change]:
    first, last = _MARKS.get(language, _MARKS["en"])[level > 0]
    if first == "«" and language in _SPACED:
        first, last = f"{first}{_NO_BREAK}", f"{_NO_BREAK}{last}"
    return [
        _Change(opening, opening + 1, first),
        _Change(closing, closing + 1, last),
    ]


def _depth(words: str) -> int:
    """Return how many more quotations are open after these words than before."""
    opened = sum(words.count(each) for each in _OPENS)
    return opened - sum(words.count(each) for each in _CLOSES)


def _pairs(segment: str, places: Sequence[int]) -> list[tuple[int, int]] | None:
    """Return the pairs of double marks; None if they are no pairs."""
    if len(places) % 2:
        return None
    pairs = list(zip(places[::2], places[1::2], strict=True))
    sound = all(
        _opens(segment, opening) and _closes(segment, closing) and closing > opening + 1
        for opening, closing in pairs
    )
    return pairs if sound else None


def _single_pairs(
    segment: str, places: Sequence[int]
) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Return the pairs of single marks, apostrophes at ends of words, and the rest."""
    pairs: list[tuple[int, int]] = []
    apostrophes: list[int] = []
    left: list[int] = []
    opening: int | None = None
    for place in places:
        if opening is not None and _closes(segment, place):
            pairs.append((opening, place))
            opening = None
        elif _opens(segment, place):
            left += [] if opening is None else [opening]
            opening = place
        elif segment[place - 1].isalpha():
            apostrophes.append(place)
        else:
            left.append(place)
    return pairs, apostrophes, left + ([] if opening is None else [opening])


def _is_apostrophe(segment: str, place: int) -> bool:
    """Return whether a single mark is within a word, as in l'été and l'« été »."""
    if _DECADE.match(segment, place):
        return True
    before, after = _before(segment, place), _next(segment, place)
    if before in _WORD_ENDS:
        return after.isalpha()
    if not before.isalpha() or _joins(before):
        return False
    if after in {"«", "“", "[", "{", _KEPT}:
        return True
    if after == '"':
        return segment[place + 2 : place + 3].isalpha()
    return after.isalnum()


def _opens(segment: str, place: int) -> bool:
    before = _before(segment, place)
    after = segment[place + 1 : place + 2]
    starts = not before or before.isspace() or before in _BEFORE
    return (starts or _joins(before)) and bool(after) and not after.isspace()


def _closes(segment: str, place: int) -> bool:
    before = segment[place - 1 : place]
    after = _next(segment, place)
    ends = not after or after.isspace() or after in _AFTER
    return (ends or has_no_spaces(after)) and bool(before) and not before.isspace()


def _joins(letter: str) -> bool:
    """Return whether a quotation may begin beside a letter: in Chinese, after an و."""
    return has_no_spaces(letter) or "\u0590" < letter < "\u0900"


def _before(segment: str, place: int) -> str:
    """Return the character before a mark, but for those of emphasis."""
    return segment[max(0, place - _FAR) : place].rstrip("*_")[-1:]


def _next(segment: str, place: int) -> str:
    """Return the character after a mark, but for those of emphasis."""
    return segment[place + 1 : place + 1 + _FAR].lstrip("*_")[:1]


def _dashes(words: str, language: str) -> Iterator[_Change]:
    dash = _DASHES.get(language, "–")
    for each in _AT_START.finditer(words):
        yield _Change(each.start("dash"), each.end("dash"), dash)
    for each in _BETWEEN_WORDS.finditer(words):
        between = (words[each.start() - 1] + words[each.end()]).translate(_IN_WORDS)
        if each["space"] or language == "zh":
            shown = dash if language == "zh" else f" {dash} "
        elif between.isdigit():
            shown = "–"
        elif between.isalpha():
            shown = "—" if language == "en" else f" {dash} "
        else:
            continue
        yield _Change(each.start(), each.end(), shown)
