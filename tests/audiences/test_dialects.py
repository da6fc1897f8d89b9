"""A CSV file in any dialect is read as it is meant, or a row's fault has its number."""

from pathlib import Path

import pytest

from audiences.errors import FileRefusedError
from audiences.intake import read
from mailer.sites.site import Site
from tests.audiences.importing import import_file
from tests.audiences.opened import cells, opened

HEAD = "address;name;organisation"
ROW = ["a@x.example", "Awa", "icom"]
MEANT = {
    "a stated delimiter": f"sep=;\n{HEAD}\na@x.example;Awa;icom\n",
    "a stated delimiter in quotation marks": f'"sep=;"\n{HEAD}\na@x.example;Awa;icom\n',
    "a stated delimiter that is rare": "sep=^\na@x.example^Awa^icom\n",
    "a title": f"Our partners;;\n{HEAD}\na@x.example;Awa;icom\n",
    "a title with a comma": f"Partners, 2026\n\n{HEAD}\na@x.example;Awa;icom\n",
    "an empty first line": f"\n\n{HEAD}\na@x.example;Awa;icom\n",
    "delimiters at the end": "address;name;organisation;;\na@x.example;Awa;icom;;;;\n",
    "single quotation marks": "'address','name','organisation'\n"
    "'a@x.example','Awa','icom'\n",
    "cells as formulas": f'{HEAD}\n="a@x.example";="Awa";="icom"\n',
    "an end of DOS": f"{HEAD}\r\na@x.example;Awa;icom\r\n\x1a",
    "carriage returns": f"{HEAD}\ra@x.example;Awa;icom\r",
    "two files joined": f"\ufeff{HEAD}\na@x.example;Awa;icom\n\ufeff{HEAD}\n",
    "commas in a tab-separated file": "address\tname, first\torganisation\n"
    "a@x.example\tAwa\ticom\n",
}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("name", MEANT)
def test_what_is_surely_meant_is_read(tmp_path: Path, name: str) -> None:
    table = read.open_table(written(tmp_path, MEANT[name]))

    rows = [row[:3] for row in table.rows if any(row)]

    assert rows == [ROW]


def test_a_backslash_before_a_quotation_mark_is_not_part_of_the_name(
    tmp_path: Path,
) -> None:
    text = 'address,name\na@x.example,"The \\"Friends\\" of\\, Dakar"\n'

    table = read.open_table(written(tmp_path, text))

    assert list(table.rows) == [["a@x.example", 'The "Friends" of, Dakar']]
    assert "escape \\" in table.form


def test_what_was_decided_is_told(tmp_path: Path) -> None:
    text = f"Partners\nof 2026\n{HEAD};\na@x.example;Awa;icom;\n{HEAD};\n"

    table = read.open_table(written(tmp_path, text))

    rows = list(table.rows)
    assert table.first_row == 4
    assert rows == [[*ROW, ""], []]
    assert table.notes == [
        "rows 1 and 2 ('Partners' …) are above the headings and are not read",
        "row 5 repeats the headings",
    ]


def test_a_column_without_a_heading_is_told(tmp_path: Path) -> None:
    table = read.open_table(
        written(tmp_path, "address;;name\na@x.example;since 2019;Awa\n")
    )

    list(table.rows)

    assert table.notes == ["cells without a heading are not read: column 2"]


def test_a_list_without_headings_is_read_by_its_addresses(tmp_path: Path) -> None:
    table = read.open_table(written(tmp_path, "Awa;a@x.example\nBea;b@x.example\n"))

    assert table.positions == {"address": 1}
    assert [row[1] for row in table.rows] == ["a@x.example", "b@x.example"]
    assert table.first_row == 1
    assert "column 1 cannot be known" in table.notes[0]


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_cell_beyond_the_headings_is_a_fault_of_its_row(
    site: Site, tmp_path: Path
) -> None:
    text = (
        "A list,,\naddress,organisation,name\nr1@ngo.example,icom,Dupont, Jean\n\n"
        "r2@ngo.example,icom,Ann Lee,,\n"
    )

    report = await import_file(site, written(tmp_path, text))

    assert [(each.row, each.value) for each in report.faults] == [(3, "Jean")]
    assert "found 4 cells, expected at most 3" in report.faults[0].reason
    assert report.added == 1


@pytest.mark.parametrize("store", ["sqlite"])
async def test_an_error_of_a_spreadsheet_is_no_name(site: Site, tmp_path: Path) -> None:
    text = "address,organisation,name\nr1@ngo.example,icom,#N/A\n"

    report = await import_file(site, written(tmp_path, text))

    assert [(each.row, each.column) for each in report.faults] == [(2, "name")]
    assert "an error of the spreadsheet" in report.faults[0].reason


@pytest.mark.parametrize(
    ("octets", "error"),
    [
        (b"%PDF-1.7 \n", "is a PDF"),
        (b"\x09\x08\x08\x00\x00\x05\x10\x00", "is of Excel 2 to 5"),
        (b"\x1f\x8b\x08\x00", "is compressed"),
        (b"\x89PNG\r\n", "is a picture"),
        (b"SQLite format 3\0", "is a database"),
        (b"\n \n\n", "is empty"),
    ],
)
def test_what_is_no_list_is_refused_by_what_it_is(
    tmp_path: Path, octets: bytes, error: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(octets)

    with pytest.raises(FileRefusedError, match=error):
        read.open_table(path)


@pytest.mark.parametrize(
    ("line", "second"),
    [
        ('a@x.example, "Lee, Ann"', "Lee, Ann"),
        ('a@x.example, "Lee ""Ann"""', 'Lee "Ann"'),
        ('a@x.example, "Ann" Lee', '"Ann" Lee'),
        ('a@x.example, "Lee, ""Ann"""', 'Lee, "Ann"'),
        ("a@x.example, Ann", "Ann"),
    ],
)
def test_a_space_may_stand_before_quotation_marks(
    tmp_path: Path, line: str, second: str
) -> None:
    (row,) = cells(opened(tmp_path, f"email, name\n{line}\n"))

    assert row["name"] == second
