"""Reads the sheets of a workbook: XLSX, XLSB, ODS and old XLS. Runs in the child."""

import math
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from audiences.intake.workbooks import archive
from audiences.intake.workbooks.archive import Measured, WorkbookRefusedError
from audiences.intake.workbooks.marks import SheetMarks
from audiences.intake.workbooks.offers import Row, SheetOffer

MAX_MERGED = 100_000  # ranges of merged cells in a sheet
REASON = 200  # characters of the library's words
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a name in the container


def offers(path: str, measured: Measured) -> Iterator[SheetOffer | dict[str, Any]]:
    """Yield what the workbook is, then each sheet; raise WorkbookRefusedError."""
    source = archive.with_errors_as_text(path) if measured.errors else path
    try:
        book = _opened(source)
        sheets = [
            each for each in book.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet
        ]
        shown = [each.visible is SheetVisibleEnum.Visible for each in sheets]
        names = [each.name for each in sheets]
        yield {"sheets": list(zip(names, shown, strict=True))}
        for name, visible in zip(names, shown, strict=True):
            yield SheetOffer(
                name=name,
                visible=visible,
                read=lambda name=name: _sheet(book, name),  # type: ignore[misc]
                hidden=_hidden(measured, name),
                marks=measured.marks.get(measured.sheets.get(name, ""), SheetMarks()),
            )
    except (CalamineError, ValueError, OSError) as fault:
        raise _unreadable(fault) from None


def _opened(source: Any) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_object(source)
    except PasswordError:
        raise WorkbookRefusedError(archive.PASSWORD) from None


def refuse_encrypted(path: str) -> None:
    """Refuse an XLSX that is protected by a password: an OLE container holds it."""
    with Path(path).open("rb") as file:
        while block := file.read(archive.BLOCK):
            if ENCRYPTED in block:
                raise WorkbookRefusedError(archive.PASSWORD)


def _unreadable(fault: Exception) -> WorkbookRefusedError:
    reason = " ".join(str(fault).split())[:REASON]
    return WorkbookRefusedError(
        f"cannot be read as a workbook ({reason}); save it as .xlsx"
    )


def _hidden(measured: Measured, name: str) -> dict[str, int]:
    """Return how many rows and columns of a sheet are hidden; ODS: of all sheets."""
    part = measured.sheets.get(name, archive.OPEN_DOCUMENT)
    return measured.hidden.get(part, {})


def _sheet(book: CalamineWorkbook, name: str) -> tuple[Iterator[Row], int]:
    """Return the rows of a sheet, and how many cells are merged over several rows."""
    try:
        sheet = book.get_sheet_by_name(name)
    except (CalamineError, ValueError, OSError) as fault:
        raise _unreadable(fault) from None
    merged = _merged(sheet)
    return _rows(sheet, merged), len(merged)


def _merged(sheet: CalamineSheet) -> dict[tuple[int, int], int]:
    """Return the cells merged with those below: their place → their last row."""
    ranges = sheet.merged_cell_ranges or ()
    if len(ranges) > MAX_MERGED:
        raise WorkbookRefusedError(
            f"has {len(ranges):,} merged cells; at most {MAX_MERGED:,} are read: end"
            " the merging, or save the sheet as CSV"
        )
    left = sheet.start[1] if sheet.start else 0
    return {
        (top, column - left): bottom
        for (top, column), (bottom, _) in ranges
        if bottom > top and column >= left
    }


def _rows(sheet: CalamineSheet, merged: dict[tuple[int, int], int]) -> Iterator[Row]:
    """Yield the rows as texts; a merged cell has its value in each of its rows."""
    tops: dict[int, list[int]] = {}
    for top, column in merged:
        tops.setdefault(top, []).append(column)
    lasting: dict[int, tuple[int, str]] = {}  # column → last row, value
    for number, cells in enumerate(sheet.iter_rows()):
        row = [each if type(each) is str else _cell(each) for each in cells]
        if lasting:
            lasting = {key: each for key, each in lasting.items() if each[0] >= number}
            for column, (_, value) in lasting.items():
                row[column] = row[column] or value
        for column in tops.get(number, ()):
            if column < len(row):
                lasting[column] = merged[number, column], row[column]
        yield row


def _cell(value: object) -> str:
    """Return the value of a workbook's cell as text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return number(value)
        case datetime() | date():
            return value.isoformat().removesuffix("T00:00:00")
        case _:
            return str(value)


def number(value: float) -> str:
    """Return a number as a spreadsheet shows it: whole, or with at most 15 digits."""
    if value.is_integer():
        return str(int(value))
    return f"{value:.15g}" if math.isfinite(value) else ""
