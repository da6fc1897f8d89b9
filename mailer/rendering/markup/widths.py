"""Lets long words of tables break, so that a table is never wider than a phone.

The columns of a table are as wide as their longest words, and `overflow-wrap` does not
change that in every mail program. So long words get places where they may break: the
more columns a table has, the shorter the pieces.
"""

import re

from mailer.rendering.marks import Marks

_TABLE = re.compile(r'<table\b[^>]*\bclass="data".*?</table>', re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh]\b")
_TEXT = re.compile(r">([^<>]+)<")
_WORD = re.compile(r"(?:&#?\w+;|[^\s<>&])+")
_UNIT = re.compile(r"&#?\w+;|.", re.DOTALL)
_AFTER = set("-/.@_?=,;:")  # the characters after which a word breaks best
_LENGTHS = (10, 10, 10, 8, 5, 4)  # of a piece, by the number of columns
_HOURS = re.compile(r"(\d{1,2}:\d\d[–-])(\d{1,2}:\d\d)")
_ROOM_FOR_HOURS = 8  # as long as a piece; else they break behind the dash
_SHORTEST = 3  # of a piece, where there are more columns
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_BREAKS_ANYWHERE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def breakable(html: str, marks: Marks) -> str:
    """Return HTML in which the long words of tables have places to break.

    Words with a mark stay as they are, and those of scripts that break anywhere.
    """

    def table(found: re.Match[str]) -> str:
        caption, end, rows = found[0].rpartition("</caption>")
        columns = max(
            (len(_CELL.findall(row)) for row in _ROW.findall(rows)), default=1
        )
        length = _LENGTHS[columns] if columns < len(_LENGTHS) else _SHORTEST
        broken = _TEXT.sub(lambda text: _broken(text[1], length, marks), rows)
        return f"{caption}{end}{broken}"

    return _TABLE.sub(table, html)


def _broken(text: str, length: int, marks: Marks) -> str:
    def pieces(word: re.Match[str]) -> str:
        if hours := _HOURS.fullmatch(word[0]):
            between = "" if length >= _ROOM_FOR_HOURS else "<wbr />"
            return f"{hours[1]}{between}{hours[2]}"
        keep = marks.occur_in(word[0]) or _BREAKS_ANYWHERE.search(word[0])
        # one more Arabic letter has the same width
        more = length > _SHORTEST and _ARABIC.search(word[0]) is not None
        return word[0] if keep else "<wbr />".join(_pieces(word[0], length + more))

    return ">" + _WORD.sub(pieces, text) + "<"


def _pieces(word: str, length: int) -> list[str]:
    """Cut a word into pieces that are not longer than `length`, if it is longer."""
    units = _UNIT.findall(word)
    if len(units) <= length:
        return [word]
    pieces: list[list[str]] = [[]]
    for unit in units:
        last = pieces[-1]
        if last and (len(last) == length or last[-1] in _AFTER):
            pieces.append([])
        pieces[-1].append(unit)
    return ["".join(piece) for piece in pieces]
