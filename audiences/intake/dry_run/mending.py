"""Writes the rows that have faults to a workbook, with a column of reasons.

When the cells are mended, the workbook imports as the list did: its headings are those
of the list, and the column of reasons is not read.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from audiences import characters
from audiences.errors import FileRefusedError
from audiences.intake.lists.table import Table
from audiences.intake.values.checked import Fault

REASONS = "what to mend (not read)"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    f' ContentType="{_KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1"'
    f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="rows to mend" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet"'
    ' Target="worksheets/sheet1.xml"/></Relationships>',
}
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def write(path: Path, table: Table, faults: Iterable[Fault]) -> int:
    """Write the rows of a table that have faults; return how many.

    `table` is opened once more, so that its rows come from the first on. Raises
    FileRefusedError when the file exists or is neither .xlsx nor .csv.
    """
    reasons: dict[int, list[str]] = {}
    for fault in faults:
        reasons.setdefault(fault.row, []).append(f"{fault.column}: {fault.reason}")
    rows = list(_rows(table, reasons))
    if path.suffix.lower() == ".xlsx":
        data = _workbook(rows)
    elif path.suffix.lower() == ".csv":
        data = _csv(rows)
    else:
        raise FileRefusedError(f"{path}: the name must end with .xlsx or .csv")
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as fault:
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None
    return len(rows) - 1


def _rows(table: Table, reasons: dict[int, list[str]]) -> Iterator[list[str]]:
    found = table.layout.found if table.layout else ()
    header = [each.heading for each in found if each.heading != REASONS]
    places = [i for i, each in enumerate(found) if each.heading != REASONS]
    yield [*header, REASONS]
    for number, row in enumerate(table.rows, start=table.first_row):
        if number in reasons:
            cells = [row[place] if place < len(row) else "" for place in places]
            yield [*cells, "; ".join(reasons[number])]


def _csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _workbook(rows: list[list[str]]) -> bytes:
    """Return a workbook of texts, so that no cell is a formula."""
    lines = "".join(
        "<row>" + "".join(_cell(cell) for cell in row) + "</row>" for row in rows
    )
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, _HEAD + part)
    return data.getvalue()


def _cell(text: str) -> str:
    shown = escape(characters.for_terminal(text))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
