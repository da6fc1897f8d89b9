"""Writes XLSX workbooks row by row, in memory that does not grow."""

import importlib
import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from audiences.errors import AudienceError

MAX_ROWS = 1_048_575  # of a sheet, below the headings
WIDTHS = {"address": 34, "organisation_name": 44, "name": 28}  # characters
USUAL_WIDTH = 16
LINE = 15  # points of a line, of a row by default
A4 = 9  # the number of the paper
TEXTS_ONLY = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Write = Callable[[Sequence[Sequence[str]]], None]


@contextmanager
def sheet(
    file: BinaryIO,
    titles: Sequence[str],
    *,
    name: str = "",
    widths: Sequence[int] = (),
    right_to_left: bool = False,
) -> Iterator[Write]:
    """Write a workbook of one sheet; the value is a function that writes rows.

    Cells are texts: none is a formula or a link. The headings stay in view, are
    repeated in print and have a filter. `widths` are those of the columns, in
    characters; with them, long texts are broken. Raises AudienceError for more rows
    than a sheet has.
    """
    # imported now, since most commands write no workbook
    library = importlib.import_module("xlsxwriter")
    target = _Target(file)
    book = library.Workbook(target, TEXTS_ONLY)
    page = book.add_worksheet(name[:31] or None)
    if right_to_left:
        page.right_to_left()
    for place, title in enumerate(titles):
        width = widths[place] if widths else WIDTHS.get(title, USUAL_WIDTH)
        page.set_column(place, place, width)
    _for_print(page)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    page.write_row(0, 0, titles, bold)
    usual = book.add_format({"text_wrap": bool(widths), "valign": "top"})
    write = _Rows(page, usual, widths)
    yield write
    page.autofilter(0, 0, write.number, len(titles) - 1)
    try:
        book.close()
    except library.exceptions.FileCreateError as fault:
        raise OSError(*fault.args[0].args) from None
    finally:
        target.file = io.BytesIO()


class _Target:
    """A file that the library writes to.

    After a fault the library leaves its ZIP archive open, and that writes its end when
    it is collected; by then the file is closed, so another takes its place.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def _for_print(page: Any) -> None:
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)


class _Rows:
    """Writes rows below the headings; `number` is that of the last one."""

    def __init__(self, page: Any, cell_format: Any, widths: Sequence[int]) -> None:
        self._page, self._format, self._widths = page, cell_format, widths
        self.number = 0

    def __call__(self, rows: Sequence[Sequence[str]]) -> None:
        if self.number + len(rows) > MAX_ROWS:
            raise AudienceError(
                f"a sheet has {MAX_ROWS:,} rows, and there are more; export CSV"
            )
        for row in rows:
            self.number += 1
            lines = _lines(row, self._widths)
            if lines > 1:  # not every program finds the height of a row by itself
                self._page.set_row(self.number, lines * LINE)
            for place, cell in enumerate(row):
                if cell:
                    self._page.write_string(self.number, place, cell, self._format)


def _lines(row: Sequence[str], widths: Sequence[int]) -> int:
    """Return how many lines the cells of a row take in columns of these widths."""
    cells = zip(row, widths, strict=False)
    return max((-(-_wide(cell) // width) for cell, width in cells), default=1)


def _wide(text: str) -> int:
    """Return the width of a text in characters; a Chinese one takes two."""
    return sum(1 + (unicodedata.east_asian_width(each) in "WF") for each in text)
