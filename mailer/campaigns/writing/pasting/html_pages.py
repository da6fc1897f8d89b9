"""Turns HTML as word processors and web pages copy it into clean Markdown. Pure.

Headings, lists, tables, links, bold, italic, and figures above or below the line stay;
colours, sizes, pictures and what is hidden go. Word writes lists as paragraphs, with
the mark as words in them.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

from mailer.campaigns.writing.pasting.html_source import copied, readable
from mailer.campaigns.writing.pasting.runs import (
    BREAK,
    SHIFTS,
    Run,
    address,
    set_off,
    written,
)
from mailer.errors import ContentError

MAX_HTML = 2_000_000  # characters
MAX_CELLS = 200_000  # of one table, when its rows are of one length
DEEPEST = 6  # levels of lists; deeper items are at this one
_MAX_MARK = 20  # characters of the mark of a list
_UNSEEN = {
    *("head", "style", "script", "title", "xml", "template", "svg", "object", "del"),
    *("nav", "noscript", "select", "button", "textarea"),
    *("math", "iframe", "video", "audio"),
}
_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"}
_BLOCKS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "table", "tr"),
    *("blockquote", "section", "article", "header", "footer", "main", "aside", "pre"),
    *("dl", "dt", "dd", "figure", "figcaption"),
    *("form", "fieldset", "address", "center"),
    *("body", "td", "th", "thead", "tbody", "details", "summary"),
}
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden")
_WEIGHT = re.compile(
    r"(?<![\w-])font-weight\s*:\s*(bold|bolder|[6-9]00|normal|lighter|[1-5]00)"
)
_SLANT = re.compile(r"(?<![\w-])font-style\s*:\s*(italic|oblique|normal)")
_SHIFT = re.compile(r"(?<![\w-])vertical-align\s*:\s*(super|sub|baseline)\b")
_WORD_LIST = re.compile(r"mso-list\s*:\s*\S{1,40}\s+level(\d)")
_WORD_MARK = re.compile(r"mso-list\s*:\s*ignore")
_NUMBERED = re.compile(r"\(?(\d+|[a-z]|[ivx]+)[.)]", re.IGNORECASE)
_PLAIN = re.compile(r"[ \t\r\n\f\u00a0\u202f]+")
_UNSEEN_MARKS = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")


@dataclass(kw_only=True)
class _Open:
    """An element that is open, and what it and those around it say of words in it."""

    tag: str = ""
    bold: bool = False
    italic: bool = False
    shift: str = ""  # super or sub
    link: str = ""
    unseen: bool = False
    is_mark: bool = False
    heading: int = 0  # its level; 0: none
    in_cell: bool = False
    quoted: bool = False
    lists: int = 0  # how many are open
    numbered: bool = False  # whether the innermost list is
    start: int = 1  # of the innermost numbered list


@dataclass(kw_only=True)
class _Paragraph:
    """A paragraph that is done; `level` is that of its list, 0 outside of lists."""

    text: str
    level: int = 0
    numbered: bool = False
    start: int = 1  # of its list, if numbered
    quoted: bool = False


@dataclass(kw_only=True)
class _Table:
    rows: list[list[list[str]]] = field(default_factory=list)  # the words of each cell

    def begin_cell(self) -> None:
        """Begin a cell, which may stay empty."""
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append([])

    def add(self, words: str) -> None:
        """Add words to the cell that was begun last."""
        if not self.rows or not self.rows[-1]:
            self.begin_cell()
        self.rows[-1][-1].append(words)

    def filled(self) -> list[list[str]]:
        """Return the rows with words in them, each as the texts of its cells."""
        joined = [[" ".join(cell) for cell in row] for row in self.rows]
        return [row for row in joined if any(row)]


def to_markdown(html: str) -> str:
    """Return the words of HTML as Markdown; raise ContentError if it is too long."""
    if len(html) > MAX_HTML:
        what = f"has {len(html):,} characters, at most {MAX_HTML:,}; paste less at once"
        raise ContentError("what was pasted", what)
    reader = _Reader()
    reader.feed(readable(copied(html)))
    reader.close()
    reader.end()
    return _joined(reader.done)


def _joined(paragraphs: list[_Paragraph]) -> str:
    lines: list[str] = []
    before: _Paragraph | None = None
    for each in paragraphs:
        together = before is not None and before.level and each.level
        lines += [] if before is None or together else [""]
        lines += _lines(each)
        before = each
    return "\n".join(lines)


def _lines(paragraph: _Paragraph) -> list[str]:
    text = paragraph.text
    if paragraph.level:
        indent = "   " * (paragraph.level - 1)
        mark = f"{paragraph.start}." if paragraph.numbered else "-"
        return [f"{indent}{mark} {text}".replace("\n", f"\n{indent}   ")]
    if paragraph.quoted:
        return [f"> {line}" for line in text.split("\n")]
    return [text]


def _start(given: str) -> int:
    """Return the number that a list begins with; 1 for one that is none."""
    return int(given) if re.fullmatch(r"[0-9]{1,4}", given.strip()) else 1


def _on_one_line(text: str) -> str:
    return " ".join(text.replace(BREAK, "\n").split("\n"))


class _Reader(HTMLParser):
    """Reads HTML, however its elements are closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[_Paragraph] = []
        self._open = [_Open()]
        self._counts: Counter[str] = Counter()  # of open elements, by their name
        self._runs: list[Run] = []
        self._mark = ""  # of a Word list
        self._word_level = 0
        self._tables: list[_Table] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS:
            self.end_paragraph()
        if tag in _VOID:
            if tag == "br":
                self._add("\n")
            return
        style = given.get("style", "").lower()
        if tag in {"p", "div"} and (found := _WORD_LIST.search(style)):
            self._word_level = int(found[1])
        self._open.append(self._opened(tag, given, style))
        self._counts[tag] += 1
        if tag == "table":
            self._tables.append(_Table())
        elif tag == "tr" and self._tables:
            self._tables[-1].rows.append([])
        elif tag in {"td", "th"} and self._tables:
            self._tables[-1].begin_cell()

    def _opened(self, tag: str, given: dict[str, str], style: str) -> _Open:
        above = self._open[-1]
        bold, italic = above.bold, above.italic
        if weight := _WEIGHT.search(style):
            bold = weight[1].startswith(("bold", "6", "7", "8", "9"))
        elif tag in {"b", "strong"}:
            bold = True
        if slant := _SLANT.search(style):
            italic = slant[1] != "normal"
        elif tag in {"i", "em", "cite"}:
            italic = True
        shifted = _SHIFT.search(style)
        hidden = tag in _UNSEEN or bool(_HIDDEN.search(style)) or "hidden" in given
        is_list = tag in {"ul", "ol"}
        return _Open(
            tag=tag,
            bold=bold and not self._heading(tag),
            italic=italic,
            shift=shifted[1] if shifted else SHIFTS.get(tag, above.shift),
            link=address(given.get("href", "")) if tag == "a" else above.link,
            unseen=hidden or above.unseen,
            is_mark=bool(_WORD_MARK.search(style)) or above.is_mark,
            heading=max(above.heading, self._heading(tag)),
            in_cell=above.in_cell or tag in {"td", "th"},
            quoted=above.quoted or tag == "blockquote",
            lists=above.lists + is_list,
            numbered=tag == "ol" if is_list else above.numbered,
            start=_start(given.get("start", "")) if tag == "ol" else above.start,
        )

    def handle_endtag(self, tag: str) -> None:
        """End an element, and those in it that were not closed."""
        if not self._counts[tag]:
            return
        if tag in _BLOCKS:
            self.end_paragraph()
        ended = ""
        while ended != tag:
            ended = self._open.pop().tag
            self._counts[ended] -= 1
        if tag == "table" and self._tables:
            self._end_table(self._tables.pop())

    def handle_data(self, data: str) -> None:
        """Take words."""
        self._add(_PLAIN.sub(" ", _UNSEEN_MARKS.sub("", data)))

    def _add(self, words: str) -> None:
        inside = self._open[-1]
        if inside.is_mark:
            self._mark = (self._mark + words.strip())[:_MAX_MARK]
        elif not inside.unseen:
            bold = inside.bold and not inside.heading
            words = set_off(words, inside.shift)
            self._runs.append(
                Run(text=words, bold=bold, italic=inside.italic, link=inside.link)
            )

    @staticmethod
    def _heading(tag: str) -> int:
        """Return the level of a heading; 0 for another element."""
        return int(tag[1]) if re.fullmatch(r"h[1-6]", tag) else 0

    def end_paragraph(self) -> None:
        """Add the words since the last paragraph as one."""
        text, mark, level = written(self._runs), self._mark, self._word_level
        self._runs, self._mark, self._word_level = [], "", 0
        if not text:
            return
        inside = self._open[-1]
        if self._tables and inside.in_cell:
            self._tables[-1].add(_on_one_line(text).replace("|", "\\|"))
            return
        if inside.heading:
            marks = "#" * min(inside.heading + 1, 4)
            text = f"{marks} {_on_one_line(text)}"
        numbered = bool(_NUMBERED.fullmatch(mark)) if level else inside.numbered
        self.done.append(
            _Paragraph(
                text=text,
                level=0 if inside.heading else min(level or inside.lists, DEEPEST),
                numbered=numbered,
                start=1 if level else inside.start,
                quoted=inside.quoted and not inside.lists,
            )
        )

    def end(self) -> None:
        """Add the words since the last paragraph, and tables that were not closed."""
        self.end_paragraph()
        while self._tables:
            self._end_table(self._tables.pop())

    def _end_table(self, table: _Table) -> None:
        """Add a table as one of Markdown; one of a single column is paragraphs."""
        rows = table.filled()
        width = max((len(row) for row in rows), default=0)
        if width < 2 or len(rows) < 2:  # noqa: PLR2004 (it only arranges the page)
            cells = [cell for row in rows for cell in row if cell]
            self.done += [_Paragraph(text=cell) for cell in cells]
            return
        if width * len(rows) > MAX_CELLS:
            what = f"has a table of {len(rows):,} rows and {width:,} columns"
            raise ContentError("what was pasted", f"{what}; paste less at once")
        lines = [row + [""] * (width - len(row)) for row in rows]
        lines.insert(1, ["---"] * width)
        text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        self.done.append(_Paragraph(text=text))
