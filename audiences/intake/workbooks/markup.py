"""Reads the tables of a web page or of an XML spreadsheet of 2003. Runs in the child.

Many programs write their lists so and name them .xls.
"""

import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from audiences.intake.workbooks import sheets
from audiences.intake.workbooks.archive import WorkbookRefusedError
from audiences.intake.workbooks.offers import Row, SheetOffer

MAX_OCTETS = 10_000_000
MAX_SPAN = 1_000  # columns of a cell, as in HTML
MAX_ROWS = 1_048_576  # of a sheet
START = 2_000  # octets in which the encoding is declared
BLOCK = 1 << 16  # characters
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_TABLES = ("table", "ss:table")
_ROWS = ("tr", "row", "ss:row")
_CELLS = ("td", "th", "cell", "ss:cell")
_SHEETS = ("worksheet", "ss:worksheet")
_NUMBER = re.compile(r"[0-9]{1,7}")
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.0+)?")


def offers(path: str) -> Iterator[SheetOffer | dict[str, Any]]:
    """Yield what the page is, then each of its tables with a row."""
    parser = _Tables()
    text = _decoded(path)
    for start in range(0, len(text), BLOCK):
        parser.feed(text[start : start + BLOCK])
    parser.close()
    tables = [each for each in parser.done if each.rows]
    if not tables:
        raise WorkbookRefusedError("is a web page without a table; save it as CSV")
    names = [each.name or f"table {n}" for n, each in enumerate(tables, start=1)]
    yield {"sheets": [(name, True) for name in names]}
    for name, table in zip(names, tables, strict=True):
        yield SheetOffer(name=name, visible=True, read=partial(_read, table))


def _read(table: "_Table") -> tuple[Iterator[Row], int]:
    return iter(table.rows), table.merged


def _decoded(path: str) -> str:
    octets = Path(path).read_bytes()
    if len(octets) > MAX_OCTETS:
        raise WorkbookRefusedError(
            f"is a web page of more than {MAX_OCTETS // 1_000_000} MB; save it as CSV"
        )
    encoding = "utf-8-sig"
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif declared := _CHARSET.search(octets[:START]):
        encoding = declared[1].decode("ascii")
        encoding = "utf-8-sig" if encoding.lower() == "utf-8" else encoding
    try:
        return octets.decode(encoding)
    except (UnicodeError, LookupError):
        raise WorkbookRefusedError(
            f"is a web page that is not in its encoding, {encoding}; save it as CSV in"
            " UTF-8"
        ) from None


class _Table:
    """One table: its rows so far, and the cells that last for further rows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[Row] = []
        self.merged = 0
        self.lasting: dict[int, tuple[int, str]] = {}  # column → rows left, value
        self.row: Row | None = None
        self.cell: list[str] | None = None
        self.span = (1, 1)  # rows and columns of the cell
        self.type = ""

    def begin_row(self, position: int) -> None:
        """Begin a row; `position` is its number if that is stated, else 0."""
        self.end_row()
        if position <= MAX_ROWS:
            self.rows += [[] for _ in range(position - 1 - len(self.rows))]
        self.row = []

    def begin_cell(self, position: int, rows: int, columns: int) -> None:
        """Begin a cell; `position` is its column if that is stated, else 0."""
        self.end_cell()
        if self.row is None:
            self.row = []
        if 0 < position <= MAX_SPAN:
            self.row += [""] * (position - 1 - len(self.row))
        self._fill()
        self.cell, self.type = [], ""
        self.span = max(1, rows), min(max(1, columns), MAX_SPAN)

    def end_cell(self) -> None:
        """Put the text of the cell into the row."""
        if self.cell is None or self.row is None:
            return
        value = self._value("".join(self.cell))
        rows, columns = self.span
        if rows > 1:
            self.merged += 1
            self.lasting[len(self.row)] = rows, value
        self.row += [value] + [""] * (columns - 1)
        self.cell = None

    def end_row(self) -> None:
        """Put the row into the table."""
        self.end_cell()
        if self.row is None:
            return
        self._fill()
        self.rows.append(self.row)
        self.row = None
        left = {key: (n - 1, each) for key, (n, each) in self.lasting.items()}
        self.lasting = {key: each for key, each in left.items() if each[0] > 0}

    def _fill(self) -> None:
        """Repeat the cells of earlier rows that reach into this one."""
        if self.row is not None:
            while (above := self.lasting.get(len(self.row))) is not None:
                self.row.append(above[1])

    def _value(self, text: str) -> str:
        text = "\n".join(
            line for each in text.split("\n") if (line := " ".join(each.split()))
        )
        if self.type == "number":
            try:
                return sheets.number(float(text))
            except ValueError:
                return text
        if self.type == "datetime" and (dated := _DATE.fullmatch(text)):
            return dated[1].removesuffix("T00:00:00")
        return text


class _Tables(HTMLParser):
    """Collects the tables of a page; a table within a cell is one of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[_Table] = []
        self.open: list[_Table] = []
        self.sheet = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, row or cell."""
        stated = {name.removeprefix("ss:"): value or "" for name, value in attrs}
        if tag in _SHEETS:
            self.sheet = stated.get("name", "")
        if tag in _TABLES:
            self.open.append(_Table(self.sheet))
        if not self.open:
            return
        table = self.open[-1]
        if tag in _ROWS:
            table.begin_row(_whole(stated.get("index")))
        elif tag in _CELLS:
            down = _whole(stated.get("rowspan")) or 1 + _whole(stated.get("mergedown"))
            across = _whole(stated.get("colspan"))
            across = across or 1 + _whole(stated.get("mergeacross"))
            table.begin_cell(_whole(stated.get("index")), down, across)
        elif tag in {"data", "ss:data"}:
            table.type = stated.get("type", "").lower()
        elif tag in {"br", "p", "div", "li"}:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a table, row or cell."""
        if not self.open:
            return
        table = self.open[-1]
        if tag in _CELLS:
            table.end_cell()
        elif tag in _ROWS:
            table.end_row()
        elif tag in _TABLES:
            table.end_row()
            self.done.append(self.open.pop())

    def handle_data(self, data: str) -> None:
        """Add text to the cell that is open."""
        self._add(data.replace("\n", " ").replace("\r", " "))

    def _add(self, text: str) -> None:
        if self.open and self.open[-1].cell is not None:
            self.open[-1].cell.append(text)

    def close(self) -> None:
        """End the tables that the page leaves open."""
        super().close()
        while self.open:
            self.open[-1].end_row()
            self.done.append(self.open.pop())


def _whole(text: str | None) -> int:
    """Return a whole number up to MAX_ROWS; 0 when the text is none."""
    if text is None or not _NUMBER.fullmatch(text):
        return 0
    return min(int(text), MAX_ROWS)
