"""Workbooks as people send them: sheets, hidden cells, errors, old, renamed."""

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from audiences.errors import FileRefusedError
from audiences.intake import read
from mailer.sites.site import Site
from tests.acts.commands import Mailer, shown
from tests.audiences.importing import import_file

LISTS = Path(__file__).parent / "lists"
HEAD = ["address", "organisation", "name"]


def book(
    path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], *, hidden: str = ""
) -> Path:
    """Write a workbook with these sheets; one may be hidden."""
    with xlsxwriter.Workbook(path) as written:
        for name, rows in sheets.items():
            sheet = written.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == hidden:
                sheet.hide()
            elif hidden:
                sheet.activate()
    return path


def two(tmp_path: Path, *, hidden: str = "", head: list[str] = HEAD) -> Path:
    return book(
        tmp_path / "list.xlsx",
        {
            "Africa": [["Our partners"], [], [*HEAD], ["a@x.example", "icom", "Awa"]],
            "Europe": [[*head], ["b@x.example", "icom", "Bea"], ["c@", "icom", "Cy"]],
        },
        hidden=hidden,
    )


def test_the_first_visible_sheet_with_headings_is_read_and_the_others_are_told(
    tmp_path: Path,
) -> None:
    sheets = {
        "Old": [HEAD, ["left@x.example", "icom", "Left"]],
        "Read me": [["This list is for the secretariat"]],
        "Partners": [HEAD, ["a@x.example", "icom", "Awa"]],
    }
    table = read.open_table(book(tmp_path / "list.xlsx", sheets, hidden="Old"))

    assert list(table.rows) == [["a@x.example", "icom", "Awa"]]
    assert table.form == "XLSX, 'Partners'"
    assert "not read: 'Old' (hidden), 'Read me'" in table.notes[0]


@pytest.mark.parametrize("wanted", ["Europe", "europe", "2"])
def test_a_sheet_is_chosen_by_name_or_number(tmp_path: Path, wanted: str) -> None:
    table = read.open_table(two(tmp_path), sheet=wanted)

    assert [row[2] for row in table.rows] == ["Bea", "Cy"]


def test_a_hidden_sheet_is_read_only_by_its_name(tmp_path: Path) -> None:
    path = two(tmp_path, hidden="Europe")

    assert [row[2] for row in read.open_table(path, sheet="Europe").rows]
    with pytest.raises(FileRefusedError, match="its sheets are 'Africa', 'Europe'"):
        read.open_table(path, sheet="2")
    assert [row[2] for row in read.open_table(path, sheet="all").rows] == ["Awa"]


@pytest.mark.parametrize("store", ["sqlite"])
def test_all_sheets_are_read_together_and_a_fault_has_its_sheet(
    mailer: Mailer, tmp_path: Path
) -> None:
    run = mailer("contacts", "import", str(two(tmp_path)), "--sheet", "all")

    assert "XLSX, every sheet, 3 rows, 2 valid" in shown(run.out)
    assert "Europe 3" in run.out


def test_sheets_with_other_headings_are_not_read_together(tmp_path: Path) -> None:
    path = two(tmp_path, head=["name", "organisation", "address"])
    table = read.open_table(path, sheet="all")

    with pytest.raises(FileRefusedError, match="sheet 'Europe': its headings are name"):
        list(table.rows)


def test_a_csv_file_has_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("address;name\na@x.example;Awa\n")

    with pytest.raises(FileRefusedError, match="which has no sheets"):
        read.open_table(path, sheet="2")


def test_dates_numbers_and_merged_cells_are_read_as_shown(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as written:
        sheet = written.add_worksheet()
        day = written.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(2, 1, [*HEAD, "telephone", "since"])
        sheet.write_row(3, 1, ["a@x.example", "", "Awa", 33145681000])
        sheet.write_row(4, 1, ["b@x.example", "", "Bea", 33145681001.5, True])
        sheet.write_datetime(3, 5, datetime(2024, 1, 2), day)  # noqa: DTZ001 (a cell)
        sheet.merge_range(3, 2, 4, 2, "icom")
        sheet.set_row(4, None, None, {"hidden": True})
        sheet.set_column(5, 5, None, None, {"hidden": True})

    table = read.open_table(path)

    assert list(table.rows) == [
        ["a@x.example", "icom", "Awa", "33145681000", "2024-01-02"],
        ["b@x.example", "icom", "Bea", "33145681001.5", "yes"],
    ]
    assert table.first_row == 4
    hidden, merged = table.notes
    assert hidden == "'Sheet1': 1 hidden row and 1 hidden column, read like the others"
    assert merged.startswith("'Sheet1': 1 cell is merged over several rows")


@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#GETTING_DATA", "#SPILL!"])
async def test_an_error_cell_is_one_fault_and_not_the_file(
    site: Site, tmp_path: Path, error: str
) -> None:
    rows: list[list[object]] = [[*HEAD], ["a@x.example", "icom", "Awa"]]
    plain = book(tmp_path / "plain.xlsx", {"S": [*rows, ["b@x.example", "icom"]]})
    path = tmp_path / "list.xlsx"
    cell = f'<c r="C3" t="e"><v>{error}</v></c></row></sheetData>'.encode()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for part in old.infolist():
            octets = old.read(part).replace(b"</row></sheetData>", cell)
            new.writestr(part, octets)

    report = await import_file(site, path)

    assert [(each.row, each.value) for each in report.faults] == [(3, error)]
    assert report.added == 1


def test_an_old_workbook_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    shutil.copy(LISTS / "excel-2003.xls", path)

    table = read.open_table(path)

    assert list(table.rows) == [
        [
            "xls1@ngo.example",
            "Zoé Lefèvre",
            "icom",
            "33145681000",
            "2024-01-02",
            "12.5",
        ],
        ["xls2@ngo.example", "Юлия", "icom", "", "", ""],
    ]
    assert table.notes[0].startswith(
        "its name ends in .xlsx, and it is read as what it"
    )
    assert "'Old' (hidden)" in table.notes[-1]


def test_a_workbook_with_a_password_is_refused_in_one_sentence() -> None:
    with pytest.raises(FileRefusedError, match="is protected by a password; save"):
        read.open_table(LISTS / "password.xlsx")


def open_document(path: Path, rows: str, *, manifest: str = "") -> Path:
    """Write an ODS with one sheet."""
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Liste">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def open_row(*cells: str, more: str = "") -> str:
    return (
        f"<table:table-row{more}>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in cells
        )
        + "</table:table-row>"
    )


def test_an_open_document_is_read_and_its_hidden_rows_are_told(tmp_path: Path) -> None:
    filtered = ' table:visibility="filter"'
    rows = open_row("Courriel", "Nom") + open_row("a@x.example", "Zoé", more=filtered)

    table = read.open_table(open_document(tmp_path / "list.ods", rows))

    assert list(table.rows) == [["a@x.example", "Zoé"]]
    assert table.form == "ODS, 'Liste'"
    assert table.notes == ["'Liste': 1 hidden row, read like the others"]


def test_an_encrypted_open_document_is_refused_in_one_sentence(tmp_path: Path) -> None:
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
        'manifest:1.0"><manifest:file-entry manifest:full-path="content.xml">'
        "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    path = open_document(tmp_path / "list.ods", "", manifest=manifest)

    with pytest.raises(FileRefusedError, match="is protected by a password"):
        read.open_table(path)


PAGES = {
    "a web page": """<html><head><meta charset="windows-1252"></head><body>
        <table><tr><td>Extract of 3 May</td></tr></table>
        <table border=1><tr><th>E-mail<th>Nom<th>organisation</tr>
        <tr><td>a@x.example<td>Zoé<br>Lefèvre</td><td rowspan=2>icom</td></tr>
        <tr><td>b@x.example</td><td>B &amp;   C</td></tr></table></body></html>""",
    "an XML spreadsheet": """<?xml version="1.0" encoding="windows-1252"?>
        <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
        xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="L">
        <Table><Row><Cell><Data ss:Type="String">E-mail</Data></Cell>
        <Cell><Data ss:Type="String">Nom</Data></Cell>
        <Cell><Data ss:Type="String">organisation</Data></Cell></Row>
        <Row ss:Index="3"><Cell><Data ss:Type="String">a@x.example</Data></Cell>
        <Cell><Data ss:Type="String">Zoé Lefèvre</Data></Cell>
        <Cell ss:MergeDown="1"><Data ss:Type="String">icom</Data></Cell></Row>
        <Row><Cell><Data ss:Type="String">b@x.example</Data></Cell>
        <Cell ss:Index="2"><Data ss:Type="String">B &amp; C</Data></Cell></Row>
        </Table></Worksheet></Workbook>""",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_is_called_xls_is_read_as_what_it_is(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "list.xls"
    path.write_text(PAGES[name], encoding="cp1252")

    table = read.open_table(path)

    assert [" ".join(row).split() for row in table.rows if any(row)] == [
        ["a@x.example", "Zoé", "Lefèvre", "icom"],
        ["b@x.example", "B", "&", "C", "icom"],
    ]
    assert name in table.notes[0]


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ("word/document.xml", "is a text document of Word"),
        ("Index/Tables.iwa", "is a document of Numbers"),
        ("lists/partners.csv", "is a ZIP archive with partners.csv; unpack it"),
    ],
)
def test_another_archive_is_refused_by_what_it_is(
    tmp_path: Path, part: str, error: str
) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")

    with pytest.raises(FileRefusedError, match=error):
        read.open_table(path)
