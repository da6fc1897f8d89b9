"""Workbooks that people print: nothing of a cell is cut."""

import io
import re
import zipfile

from audiences.export import workbook


def test_a_row_is_as_high_as_its_longest_cell() -> None:
    file = io.BytesIO()
    rows = [("short", "x"), ("five words in two lines", "x"), ("联合国教科文组织", "x")]
    with workbook.sheet(file, ("a", "b"), widths=(14, 5)) as write:
        write(rows)
    with zipfile.ZipFile(file) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()

    heights = dict(re.findall(r'<row r="(\d)"[^>]* ht="(\d+)"', page))
    assert heights == {"3": "30", "4": "30"}
