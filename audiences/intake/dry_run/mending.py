"""Writes the rows that have faults to a workbook, with a column of reasons.

When the cells are mended, the workbook imports as the list did: its headings are those
of the list, and the column of reasons is not read.
"""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from pathlib import Path

from audiences import characters
from audiences.errors import FileRefusedError
from audiences.export import formats
from audiences.export.formats import Form
from audiences.intake.lists.table import Table
from audiences.intake.mapping.state import REASONS
from audiences.intake.values.checked import Fault


def write(path: Path, table: Table, faults: Iterable[Fault]) -> int:
    """Write the rows of a table that have faults; return how many.

    `table` is opened once more, so that its rows come from the first on. Raises
    FileRefusedError when the file exists or is neither .xlsx nor .csv.
    """
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        reasons.setdefault(fault.row, []).append(f"{fault.column}: {fault.reason}")
    form = path.suffix.lower().removeprefix(".")
    if form not in {Form.XLSX, Form.CSV}:
        raise FileRefusedError(f"{path}: the name must end with .xlsx or .csv")
    header, *rows = _rows(table, reasons)
    try:
        with path.open("xb") as file:
            if form == Form.CSV:
                file.write(BOM_UTF8)  # spreadsheets take it for another encoding else
            else:
                header, *rows = map(_in_xml, [header, *rows])
            with formats.opened(Form(form), file, header) as write_rows:
                write_rows(rows)
    except OSError as fault:
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None
    return len(rows)


def _in_xml(row: list[str]) -> list[str]:
    """Return a row without characters that XML cannot have, or that are not seen."""
    return [characters.for_terminal(cell) for cell in row]


def _rows(table: Table, reasons: dict[int, list[str]]) -> Iterator[list[str]]:
    found = table.layout.found if table.layout else ()
    header = [each.heading for each in found if each.heading != REASONS]
    places = [i for i, each in enumerate(found) if each.heading != REASONS]
    yield [*header, REASONS]
    for number, row in enumerate(table.rows, start=table.first_row):
        if number in reasons:
            cells = [row[place] if place < len(row) else "" for place in places]
            yield [*cells, "; ".join(reasons[number])]
