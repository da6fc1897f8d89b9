"""Makes lists of lines that begin with the marks people type: • – a) (i) 1、 1/ 1.1 ١.

Markdown knows `-`, `*`, `+`, `1.` and `1)` only; other lines would run together. A mark
that counts is kept in the text, as it was typed: it makes a list where a second line
has the next one. A dash does where two lines begin with it; a bullet always does.
Every line stays on its line, also where a list goes on below a paragraph: 3. 4.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from mailer.rendering.markup import east_asian, fences
from mailer.rendering.markup.lists import nesting

_BULLET = re.compile(r"(?P<indent>\s*)[•●▪▫◦‣⁃∙■□◆◇○❖][ \t\u00a0\u3000]*(?=\S)")
_DASH = re.compile(
    r"(?P<indent>\s*)(?:(?P<dash>[–—―−·→►▶▸➢✓✔✗✘☐☑☒ـ\uf000-\uf0ff])[ \t\u00a0\u3000]*"
    # a bullet of word processors
    r"|(?P<word>o)(?:[\t\u00a0]| {2,9})\s{0,9}|(?<=[ \t])(?P<inner>o) "
    r"|(?P<hyphen>-|\*(?![^*]*\*))(?=[^\W\d_]))"
    r"(?=[^\s–—-])"
)
_MARKDOWN = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s")
_OWN_MARK = re.compile(r"^(\s*(?:[-*+]|\d{1,9}[.)]))[\u00a0\u2007\u202f\u3000]+")
_CODE = 4  # columns of indent from which Markdown takes lines for code
_DIGITS = r"\d{1,3}"
_WORDS = r"[A-Za-z]{1,5}|[а-я]|[ء-ي]|[一二三四五六七八九十]{1,3}"
_COUNTED = re.compile(
    rf"(?P<indent>\s*)(?:"
    r"(?P<above>(?:\d{1,2}\.){1,4})(?P<below>\d{1,2})[.)]?(?=\s)"
    rf"|(?P<open>[(（])(?P<inside>{_DIGITS}|{_WORDS})[)）]"
    rf"|(?P<digits>{_DIGITS})"
    r"(?:(?P<close>[)）、．。º°]|/(?=\s)|[.)]?[-–]|\s[-–](?=\s)|\.(?=[^\s\d]))|(?P<other>\.))"
    rf"|(?P<word>{_WORDS})(?:[)）、．]|[./](?=\s)|[.)]?[-–](?=\s))"
    r"|(?P<circled>[①-⑳])"
    r")\s*(?=\S)"
)
_LETTERS = (
    "abcdefghijklmnopqrstuvwxyz",
    "абвгдежзиклмнопрстуфхцчшщэюя",
    "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
)
_ROMAN = (
    *("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"),
    *("xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx"),
)
_NUMERAL = f"[{east_asian.NUMERALS[1:]}]"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mark:
    """A mark that counts: its line, and its number in a way of counting."""

    line: int
    way: str
    number: int


def with_lists(text: str) -> str:
    """Return a text whose lists have the marks of Markdown, line by line."""
    lines = [_OWN_MARK.sub(r"\1 ", line) for line in text.split("\n")]
    _outdent(lines)
    for run in _runs(lines):
        _rewrite(lines, run)
    nesting.indent(lines)
    return "\n".join(lines)


def _outdent(lines: list[str]) -> None:
    """Take the indent from lists that a word processor indented like code."""
    within, taken, empty, fence = False, 0, True, ""
    for number, line in enumerate(lines):
        before, fence = fence, fences.after(line, fence)
        if before or fence:
            continue
        stripped = line.lstrip()
        indent = len(line.expandtabs(_CODE)) - len(stripped.expandtabs(_CODE))
        if not stripped:
            empty = True
            continue
        if indent < _CODE:
            within = _begins_item(line) or (within and not (empty and indent == 0))
            taken = 0
        elif not within and not taken and _begins_item(line):
            taken = indent
        if taken and indent >= taken:
            lines[number] = " " * (indent - taken) + stripped
        empty = False


def _begins_item(line: str) -> bool:
    return bool(
        _MARKDOWN.match(line)
        or _BULLET.match(line)
        or _DASH.match(line)
        or _COUNTED.match(line)
    )


def _runs(lines: Sequence[str]) -> Iterator[list[int]]:
    """Yield the numbers of lines that follow each other; code is left out."""
    run: list[int] = []
    fence = ""
    for number, line in enumerate(lines):
        before, fence = fence, fences.after(line, fence)
        if line.strip() and not before and not fence:
            run.append(number)
            continue
        if run:
            yield run
        run = []
    if run:
        yield run


def _rewrite(lines: list[str], run: Sequence[int]) -> None:
    """Replace the marks in lines that follow each other."""
    dashes: dict[str, list[int]] = {}
    for number in run:
        if bullet := _BULLET.match(lines[number]):
            lines[number] = f"{bullet['indent']}- {lines[number][bullet.end() :]}"
        elif dash := _DASH.match(lines[number]):
            dashes.setdefault(dash[0].strip(), []).append(number)
    for numbers in dashes.values():
        if len(numbers) > 1:
            for number in numbers:
                found = _DASH.match(lines[number])
                if found:
                    rest = lines[number][found.end() :]
                    lines[number] = f"{found['indent']}- {rest}"
    for number in _counting(lines, run):
        indent = len(lines[number]) - len(lines[number].lstrip())
        line = lines[number]
        lines[number] = f"{line[:indent]}+ {nesting.KEPT}{line[indent:]}"


def _counting(lines: Sequence[str], run: Sequence[int]) -> set[int]:
    """Return the lines whose marks count on, two or more of one way of counting."""
    ways: dict[str, list[_Mark]] = {}
    below = _is_below_paragraph(lines, run)
    for number in run:
        for mark in _marks(number, lines[number], every=below):
            ways.setdefault(mark.way, []).append(mark)
    found = _first_below(ways)
    for marks in ways.values():
        for one, following in pairwise(marks):
            if following.number == one.number + 1:
                found |= {one.line, following.line}
    return found


def _first_below(ways: Mapping[str, Sequence[_Mark]]) -> set[int]:
    """Return the lines of marks such as 1.2 and, below it, 1.2.1."""
    found: set[int] = set()
    whole = {f"{way}{mark.number}.": mark for way in ways for mark in ways[way]}
    for way, (first, *_) in ways.items():
        if way in whole and first.number == 1 and whole[way].line < first.line:
            found |= {whole[way].line, first.line}
    return found


def _is_below_paragraph(lines: Sequence[str], run: Sequence[int]) -> bool:
    """Return whether a list that begins with another number than 1 follows a line.

    Markdown takes it for words of that line.
    """
    if lines[run[0]][:1].isspace():
        return False
    first = next((each for each in run if _begins_item(lines[each])), run[0])
    number = re.match(r"(\d{1,9})[.)]\s", lines[first])
    return first != run[0] and number is not None and int(number[1]) != 1


def _marks(number: int, line: str, *, every: bool) -> Iterator[_Mark]:
    """Yield each way to read the mark of a line; Markdown's own `1.` with `every`."""
    match = _COUNTED.match(line)
    if match is None or (_is_markdown(match, line) and not every):
        return
    indent = match["indent"]
    if match["above"]:
        way = f"{indent}{match['above']}"
        yield _Mark(line=number, way=way, number=int(match["below"]))
        return
    if match["circled"]:
        yield _Mark(line=number, way=f"{indent}①", number=ord(match["circled"]))
        return
    word = match["inside"] or match["digits"] or match["word"]
    for way, count in _readings(word):
        yield _Mark(line=number, way=f"{indent}{match['open']}{way}", number=count)


def _is_markdown(match: re.Match[str], line: str) -> bool:
    """Return whether a mark is `1.` or `1)` before a space, in ASCII digits."""
    digits = match["digits"]
    if not digits or not digits.isascii():
        return False
    after = line[match.end("digits") :]
    return bool(match["other"]) or re.match(r"[.)]\s", after) is not None


def _readings(word: str) -> Iterator[tuple[str, int]]:
    """Yield the ways in which a word counts, each with its number."""
    if word.isdecimal():
        yield "1", int(word)
        return
    folded = word.lower()
    for letters in _LETTERS:
        if len(folded) == 1 and folded in letters:
            yield letters[:2], letters.index(folded)
    if folded in _ROMAN:
        yield "i", _ROMAN.index(folded)
    if re.fullmatch(f"{_NUMERAL}?十{_NUMERAL}?|{_NUMERAL}", folded):
        yield "一", east_asian.number(folded)


def keep_numbers(state: StateCore) -> None:
    """Give items the numbers that were typed, where they do not count on: 1. 3. 4.

    Markdown numbers on from the first; a list with one number only is meant so.
    """
    open_lists: list[list[Token]] = []
    for token in state.tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                open_lists.append([])
            case "bullet_list_close":
                open_lists.pop()
            case "ordered_list_close":
                _number(open_lists.pop())
            case "list_item_open":
                open_lists[-1].append(token)


def _number(items: Sequence[Token]) -> None:
    typed = [int(item.info) for item in items]
    if len(set(typed)) == 1:
        return
    for (before, number), item in zip(pairwise(typed), items[1:], strict=True):
        if number != before + 1:
            item.attrSet("value", str(number))


def hide_bullets(state: StateCore) -> None:
    """Hide the bullets of lists whose items begin with a mark of their own."""
    lists = []
    for token in state.tokens:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                lists.append(token)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "inline" if token.content.startswith(nesting.KEPT):
                token.content = token.content.removeprefix(nesting.KEPT)
                lists[-1].attrSet("style", "list-style-type: none")
                lists[-1].meta["marks"] = True
