"""Lets long words of tables break, so that a table is never wider than a phone.

The columns of a table are as wide as their longest words, and `overflow-wrap` does not
change that in every mail program. So long words get places where they may break, in
pieces as long as a phone has room for. Numbers stay whole, and days with their months:
where they need it the letters of the table are smaller on a phone (the class dense).
Only if that is not enough do they break; such a table is stacked on a phone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from mailer.rendering.marks import Marks
from mailer.rendering.markup import stacks

_TABLE = re.compile(r'<table\b[^>]*\bclass="data".*?</table>', re.DOTALL)
_PARTS = re.compile(r"<(thead|tbody)\b")
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b.*?(?=<t[dh]\b|</tr>|\Z)", re.DOTALL)
_SPAN = re.compile(r'<t[dh]\b[^>]*\bcolspan="(\d{1,3})"')
_TEXT = re.compile(r">([^<>]+)<")
_SPACE = "\u00a0\u202f"  # that does not break
_NUMBER = (
    rf"(?<![\w.])(?:№|[Nn][°ºo]\.?|[A-Z]{{3}}|[€$£¥])?[{_SPACE}]?[(+−–-]*\d"
    rf"(?:[\d.,'’٫٬%:()-]|[{_SPACE}][\d(])*"
    rf"(?:[{_SPACE}]?(?:[%٪‰€$£¥₽°]|[A-Z]{{3}}|h(?:[{_SPACE}]\d\d)?|[KMGT][Bo]|[ck]?m|kg)"
    rf"|[{_SPACE}](?:de[{_SPACE}])?[^\W\d]{{1,10}}(?:[{_SPACE}/][^\W\d]{{1,10}})?)?"
    r"(?![\w@/&])"
)
_WORD = re.compile(
    rf"\d{{1,2}}:\d\d[–-]\d{{1,2}}:\d\d|(?P<number>{_NUMBER})|(?:&#?\w+;|[^\s<>&])+"
)
_UNIT = re.compile(r"&#?\w+;|.", re.DOTALL)
_GROUPS = re.compile(rf"(?<=[{_SPACE}])|(?<=[.,'’])(?=\d{{3}})")
_AFTER = set("-/.@_?=,;:")  # the characters after which a word breaks best
_HOURS = re.compile(r"(\d{1,2}:\d\d[–-])(\d{1,2}:\d\d)")
_WHOLE = 30  # characters: longer words break in any table
_LONGEST, _SHORTEST = 10, 3  # of a piece that is read without effort, and of any
_ROOM_FOR_HOURS = 8  # as long as a piece; else they break behind the dash
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_BREAKS_ANYWHERE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
_PHONE, _INDENTED = 276, 212  # pixels on a phone of 320; in a list or a quotation
_SCREEN = {_PHONE: 536, _INDENTED: 450}  # pixels of a letter where it is not narrow
_CELL_PADDING, _WIDE_PADDING = 6, 16
_DIGIT, _DENSE_DIGIT = 8.4, 6.8  # pixels, with 15 and 12 px
_CHINESE = 2.0  # digits, of one character
_WIDE = 1.25  # as many digits: a capital, a letter of other scripts than Latin


@dataclass(frozen=True, slots=True)
class _Fit:
    """How long a piece of a word may be, and what else a table needs to fit."""

    length: int
    dense: bool = False
    numbers_break: bool = False
    wide: int = 0  # how long words stay whole on a wide screen
    breaks: bool = False  # words on a phone

    def place(self, word: str) -> str:
        """Return where a word may break: only on a phone, or on every screen."""
        narrow = len(_UNIT.findall(word)) <= self.wide
        return '<wbr class="narrow" />' if narrow else "<wbr />"


def breakable(html: str, marks: Marks) -> str:
    """Return HTML in which the long words of tables have places to break.

    Words with a mark stay as they are, and those of scripts that break anywhere.
    """

    def table(found: re.Match[str]) -> str:
        caption, end, rows = found[0].rpartition("</caption>")
        fit = _fit(rows, _PHONE if end else _INDENTED)
        broken = _TEXT.sub(lambda text: _broken(text[1], fit, marks), rows)
        if fit.dense:
            broken = _PARTS.sub(r'<\1 class="dense"', broken)
        whole = f"{caption}{end}{broken}"
        return stacks.stacked(whole) if fit.breaks else whole

    return _TABLE.sub(table, html)


def _fit(rows: str, pixels: int) -> _Fit:
    """Return how a table fits in a width."""
    columns = _columns(rows)
    screen = _SCREEN[pixels] - _WIDE_PADDING * len(columns)
    wide = _length(columns, screen / _DIGIT)
    fit, longest = _on_phone(columns, pixels), max(words for words, _ in columns)
    breaks = fit.numbers_break or fit.length < min(longest, _WHOLE)
    return replace(fit, wide=wide, breaks=breaks)


def _on_phone(columns: Sequence[tuple[float, float]], pixels: int) -> _Fit:
    """Return how columns fit in the width of a phone."""
    room = pixels - _CELL_PADDING * len(columns)
    longest = {
        dense: _length(columns, room / (_DENSE_DIGIT if dense else _DIGIT))
        for dense in (False, True)
    }
    word = max((words for words, _ in columns), default=0.0)
    for dense in (False, True):
        if longest[dense] >= max(1.0, min(word, _WHOLE)):
            return _Fit(longest[dense], dense=dense)
    if longest[False] >= _LONGEST or longest[False] >= longest[True] > 0:
        return _Fit(longest[False])
    if longest[True]:
        return _Fit(longest[True], dense=True)
    whole = [(0.0, max(words, numbers)) for words, numbers in columns]
    words_only = [(longer, 0.0) for _, longer in whole]
    return _Fit(
        _length(words_only, room / _DENSE_DIGIT) or _SHORTEST,
        dense=True,
        numbers_break=True,
    )


def _length(columns: Sequence[tuple[float, float]], room: float) -> int:
    """Return how long the pieces of words may be in a room; 0 if numbers do not fit."""
    for length in range(_WHOLE, _SHORTEST - 1, -1):
        needed = (max(numbers, min(words, length)) for words, numbers in columns)
        if sum(needed) <= room:
            return length
    return 0


def _columns(rows: str) -> list[tuple[float, float]]:
    """Return the widths of each column's longest word and number, in digits."""
    found = [
        [each for cell in _CELL.findall(row) for each in _spread(cell)]
        for row in _ROW.findall(rows)
    ]
    count = max(map(len, found), default=1)
    widths = [(0.0, 0.0)] * count
    for row in found:
        first = count - len(row)  # what is above spans the columns before
        for number, (words, numbers) in enumerate(row, start=first):
            widest = widths[number]
            widths[number] = max(widest[0], words), max(widest[1], numbers)
    return widths


def _spread(cell: str) -> list[tuple[float, float]]:
    """Return the widths of a cell's longest word and number, for each column."""
    words = numbers = 0.0
    for text in _TEXT.findall(f"{cell}<"):
        for word in _WORD.finditer(text):
            if _BREAKS_ANYWHERE.search(word[0]):
                words = max(words, _CHINESE)
            elif word["number"]:
                numbers = max(numbers, _digits(word[0]))
            else:
                words = max(words, _digits(word[0]))
    span = _SPAN.search(cell)
    columns = int(span[1]) if span else 1
    return [(words / columns, numbers / columns)] * columns


def _digits(word: str) -> float:
    return sum(_width(each) for each in _UNIT.findall(word))


def _width(character: str) -> float:
    if character in ".,:;'’" + _SPACE:
        return 0.5
    wide = character.isupper() or "\u0370" < character < "\u0590"
    return _WIDE if wide else 1


def _broken(text: str, fit: _Fit, marks: Marks) -> str:
    def pieces(word: re.Match[str]) -> str:
        if hours := _HOURS.fullmatch(word[0]):
            between = "" if fit.length >= _ROOM_FOR_HOURS else fit.place(hours[0])
            return f"{hours[1]}{between}{hours[2]}"
        keep = marks.occur_in(word[0]) or _BREAKS_ANYWHERE.search(word[0])
        if keep or (word["number"] and not fit.numbers_break):
            return word[0]
        if word["number"]:
            return fit.place(word[0]).join(
                piece
                for group in _GROUPS.split(word[0])
                for piece in _pieces(group, _LONGEST)
            )
        # one more Arabic letter has the same width
        more = fit.length > _SHORTEST and _ARABIC.search(word[0]) is not None
        return fit.place(word[0]).join(_pieces(word[0], fit.length + more))

    return ">" + _WORD.sub(pieces, text) + "<"


def _pieces(word: str, length: int) -> list[str]:
    """Cut a word into pieces of one length, not longer than `length`.

    So no letter stands alone on the last line.
    """
    units = _UNIT.findall(word)
    if len(units) <= length:
        return [word]
    length = ceil(len(units) / ceil(len(units) / length))
    pieces: list[list[str]] = [[]]
    for unit in units:
        last = pieces[-1]
        if last and (len(last) == length or last[-1] in _AFTER):
            pieces.append([])
        pieces[-1].append(unit)
    return ["".join(piece) for piece in pieces]
