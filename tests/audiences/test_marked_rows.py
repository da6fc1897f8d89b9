"""Rows that are struck through, and comments on a wish, are asked about in an XLSX."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from audiences.errors import FileRefusedError
from audiences.intake import read

ROWS = (
    ("Name", "E-mail", "Organisation"),
    ("Ada", "ada@x.example", "ICOM"),
    ("Bo", "bo@x.example", "ICOM"),
)
Mark = Callable[[Worksheet, Format], object]


def questions(path: Path, mark: Mark, *, sheet: str | None = None) -> list[str]:
    """Write a list twice, mark its second sheet, and return what is asked."""
    with xlsxwriter.Workbook(str(path)) as book:
        struck = book.add_format({"font_strikeout": True})
        for name in ("Old", "New"):
            last = book.add_worksheet(name)
            for number, row in enumerate(ROWS):
                last.write_row(number, 0, row)
        mark(last, struck)
    table = read.open_table(path, sheet=sheet)
    list(table.rows)
    return list(table.layout.questions) if table.layout else []


def strike(last: Worksheet, struck: Format) -> None:
    last.write_row(2, 0, ROWS[2], struck)


def test_a_row_that_is_struck_through_is_asked_about(tmp_path: Path) -> None:
    (question,) = questions(tmp_path / "list.xlsx", strike, sheet="New")

    assert question.startswith("'New' has text that is struck through, in row 3:")


def test_of_every_sheet_a_later_one_with_struck_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="struck through, in row 3"):
        questions(tmp_path / "list.xlsx", strike, sheet="all")


def test_a_comment_that_tells_of_a_wish_is_asked_about(tmp_path: Path) -> None:
    def comment(last: Worksheet, _struck: Format) -> None:
        last.write_comment("B2", "Met in Paris")
        last.write_comment("B3", "désabonné le 3 mai")

    (question,) = questions(tmp_path / "list.xlsx", comment, sheet="New")

    assert "the comment on B3 in 'New'" in question
    assert "désabonné le 3 mai" in question


def test_struck_headings_empty_cells_and_other_sheets_are_not_asked_about(
    tmp_path: Path,
) -> None:
    def mark(last: Worksheet, struck: Format) -> None:
        last.write_row(0, 0, ROWS[0], struck)
        last.write_blank(1, 5, None, struck)
        last.write_comment("B3", "not unsubscribed")

    assert questions(tmp_path / "list.xlsx", mark, sheet="New") == []
    assert questions(tmp_path / "other.xlsx", strike, sheet="Old") == []
