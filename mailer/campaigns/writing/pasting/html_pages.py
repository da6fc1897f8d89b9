"""Turns HTML as word processors and web pages copy it into clean Markdown. Pure.

Headings, lists, tables, links, bold and italic stay; colours, sizes, pictures and what
is hidden go. Word writes lists as paragraphs, with the mark as words in them.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from mailer.campaigns.writing.pasting.runs import BREAK, Run, address, written
from mailer.errors import ContentError

MAX_HTML = 2_000_000  # characters
DEEPEST = 6  # levels of lists; deeper items are at this one
_UNSEEN = {
    *("head", "style", "script", "title", "xml", "template", "svg", "object", "del"),
    *(
        "nav",
        "noscript",
        "select",
        "button",
        "textarea",
        "math",
        "iframe",
        "video",
        "audio",
    ),
}
_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"}
_BLOCKS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "table", "tr"),
    *("blockquote", "section", "article", "header", "footer", "main", "aside", "pre"),
    *(
        "dl",
        "dt",
        "dd",
        "figure",
        "figcaption",
        "form",
        "fieldset",
        "address",
        "center",
    ),
    *("body", "td", "th", "thead", "tbody", "details", "summary"),
}
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden")
_WEIGHT = re.compile(
    r"(?<![\w-])font-weight\s*:\s*(bold|bolder|[6-9]00|normal|lighter|[1-5]00)"
)
_SLANT = re.compile(r"(?<![\w-])font-style\s*:\s*(italic|oblique|normal)")
_WORD_LIST = re.compile(r"mso-list\s*:\s*\S+\s+level(\d)")
_WORD_MARK = re.compile(r"mso-list\s*:\s*ignore")
_NUMBERED = re.compile(r"\(?(\d+|[a-z]|[ivx]+)[.)]", re.IGNORECASE)
_PLAIN = re.compile(r"[ \t\r\n\f\u00a0\u202f]+")
_UNSEEN_MARKS = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")


@dataclass(kw_only=True)
class _Open:
    """An element that is open, and how words in it look."""

    tag: str
    bold: bool
    italic: bool
    link: str
    unseen: bool
    is_mark: bool
    start: int  # of a numbered list


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
    rows: list[list[str]] = field(default_factory=list)

    def begin_cell(self) -> None:
        """Begin a cell, which may stay empty."""
        if not self.rows:
            self.rows.append([])
        self.rows[-1].append("")

    def add(self, words: str) -> None:
        """Add words to the cell that was begun last."""
        if not self.rows or not self.rows[-1]:
            self.begin_cell()
        row = self.rows[-1]
        row[-1] = f"{row[-1]} {words}".strip()


def to_markdown(html: str) -> str:
    """Return the words of HTML as Markdown; raise ContentError if it is too long."""
    if len(html) > MAX_HTML:
        what = f"has {len(html):,} characters, at most {MAX_HTML:,}; paste less at once"
        raise ContentError("what was pasted", what)
    reader = _Reader()
    start, end = html.find("<!--StartFragment-->"), html.find("<!--EndFragment-->")
    reader.feed(html[start:end] if 0 <= start < end else html)
    reader.close()
    reader.end_paragraph()
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
        self._open: list[_Open] = []
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
        if tag == "table":
            self._tables.append(_Table())
        elif tag == "tr" and self._tables:
            self._tables[-1].rows.append([])
        elif tag in {"td", "th"} and self._tables:
            self._tables[-1].begin_cell()

    def _opened(self, tag: str, given: dict[str, str], style: str) -> _Open:
        above = self._open[-1] if self._open else None
        bold = above.bold if above else False
        italic = above.italic if above else False
        if weight := _WEIGHT.search(style):
            bold = weight[1].startswith(("bold", "6", "7", "8", "9"))
        elif tag in {"b", "strong"}:
            bold = True
        if slant := _SLANT.search(style):
            italic = slant[1] != "normal"
        elif tag in {"i", "em", "cite"}:
            italic = True
        link = above.link if above else ""
        if tag == "a":
            link = address(given.get("href", ""))
        hidden = tag in _UNSEEN or bool(_HIDDEN.search(style)) or "hidden" in given
        return _Open(
            tag=tag,
            bold=bold and not self._heading(tag),
            italic=italic,
            link=link,
            unseen=hidden or (above.unseen if above else False),
            start=_start(given.get("start", "")),
            is_mark=bool(_WORD_MARK.search(style))
            or (above.is_mark if above else False),
        )

    def handle_endtag(self, tag: str) -> None:
        """End an element, and those in it that were not closed."""
        if not any(each.tag == tag for each in self._open):
            return
        if tag in _BLOCKS:
            self.end_paragraph()
        while self._open.pop().tag != tag:
            pass
        if tag == "table" and self._tables:
            self._end_table(self._tables.pop())

    def handle_data(self, data: str) -> None:
        """Take words."""
        self._add(_PLAIN.sub(" ", _UNSEEN_MARKS.sub("", data)))

    def _add(self, words: str) -> None:
        inside = self._open[-1] if self._open else None
        if inside is None:
            self._runs.append(Run(text=words))
        elif inside.is_mark:
            self._mark += words.strip()
        elif not inside.unseen:
            bold = inside.bold and not any(self._heading(e.tag) for e in self._open)
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
        tags = [each.tag for each in self._open]
        if self._tables and {"td", "th"} & set(tags):
            self._tables[-1].add(_on_one_line(text).replace("|", "\\|"))
            return
        lists = [tag for tag in tags if tag in {"ul", "ol"}]
        starts = [each.start for each in self._open if each.tag == "ol"]
        heading = max((self._heading(tag) for tag in tags), default=0)
        if heading:
            text = f"{'#' * min(heading + 1, 4)} {_on_one_line(text)}"
        numbered = bool(_NUMBERED.fullmatch(mark)) if level else lists[-1:] == ["ol"]
        self.done.append(
            _Paragraph(
                text=text,
                level=0 if heading else min(level or len(lists), DEEPEST),
                numbered=numbered,
                start=1 if level or not starts else starts[-1],
                quoted="blockquote" in tags and not lists,
            )
        )

    def _end_table(self, table: _Table) -> None:
        """Add a table as one of Markdown; one of a single column is paragraphs."""
        rows = [row for row in table.rows if any(row)]
        width = max((len(row) for row in rows), default=0)
        if width < 2 or len(rows) < 2:  # noqa: PLR2004 (it only arranges the page)
            cells = [cell for row in rows for cell in row if cell]
            self.done += [_Paragraph(text=cell) for cell in cells]
            return
        lines = [row + [""] * (width - len(row)) for row in rows]
        lines.insert(1, ["---"] * width)
        text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        self.done.append(_Paragraph(text=text))
