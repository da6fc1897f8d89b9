"""A file in any usual encoding, delimiter and format is read, or else refused."""

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from audiences.errors import FileRefusedError
from audiences.intake import read

RUSSIAN = ["Международный союз музеев", "Ассоциация университетов Африки"]
ARABIC = ["المجلس العربي للعلوم الاجتماعية", "اتحاد جامعات العالم الإسلامي"]
FRENCH = ["Fédération des éditeurs", "Conseil de la musique à l’école"]


def table(path: Path) -> list[list[str]]:
    return list(read.open_table(path).rows)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_usual_delimiter_and_line_end_is_read(
    tmp_path: Path, delimiter: str, end: str
) -> None:
    path = tmp_path / "list.csv"
    rows = [["e-mail", "nom"], ["a@x.example", 'Un "nom"'], ["b@x.example", "B"]]
    quoted = [
        [f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows
    ]
    path.write_text(end.join(delimiter.join(row) for row in quoted), newline="")

    opened = read.open_table(path)

    assert opened.positions == {"address": 0, "name": 1}
    assert list(opened.rows) == rows[1:]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("utf-8", RUSSIAN + ARABIC),
        ("utf-8-sig", ARABIC),
        ("utf-16", RUSSIAN),
        ("utf-16-le", FRENCH),
        ("cp1252", FRENCH),
        ("cp1251", RUSSIAN),
        ("cp1256", ARABIC),
    ],
)
def test_every_usual_encoding_is_detected(
    tmp_path: Path, encoding: str, names: list[str]
) -> None:
    path = tmp_path / "list.csv"
    lines = [f"a{number}@x.example;{name}" for number, name in enumerate(names)]
    path.write_text("\n".join(["address;name", *lines]), encoding=encoding)

    assert [row[1] for row in table(path)] == names


def test_a_byte_that_is_not_utf8_is_found_far_down_the_file(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    lines = [f"a{number}@x.example;Name" for number in range(100_000)]
    path.write_bytes(
        "\n".join(["address;name", *lines]).encode()
        + "\nz@x;Hélène Côté".encode("cp1252")
    )

    assert table(path)[-1] == ["z@x", "Hélène Côté"]


def test_a_quoted_line_break_stays_in_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('address,name\na@x.example,"two\nlines"\nb@x.example,B\n')

    assert table(path) == [["a@x.example", "two\nlines"], ["b@x.example", "B"]]


def test_a_workbook_is_read_like_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Courriel", "Nom", "Langue", "n"])
        sheet.write_row(1, 0, ["a@x.example", "المجلس", "ar fr", 12])

    opened = read.open_table(path)

    assert opened.unread == ("n",)
    assert list(opened.rows) == [["a@x.example", "المجلس", "ar fr", "12"]]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "is empty"),
        (b"name;country\nA;FR\n", "no column is headed address"),
        (
            b"address,E-Mail\na@x.example,b@x.example\n",
            "two columns are headed address",
        ),
        (b"address," + b"x," * 300 + b"y\n", "at most 200"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot be read as a workbook"),
        (b"PK\x03\x04 broken", "is damaged"),
    ],
)
def test_a_file_that_is_not_a_table_is_refused(
    tmp_path: Path, content: bytes, error: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)

    with pytest.raises(FileRefusedError, match=error):
        read.open_table(path)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b'address,name\na@x.example,"never closed\n', "quotation mark"),
        (b'address,name\na@x.example,"x"y\n', "quotation mark"),
        (b"address,name\n" + b"a" * 2_000_000, "more than 1,000,000 characters"),
    ],
)
def test_a_broken_row_is_refused_with_its_number(
    tmp_path: Path, content: bytes, error: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)

    with pytest.raises(FileRefusedError, match=error) as refusal:
        list(read.open_table(path).rows)

    assert "row" in str(refusal.value)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="No such file"):
        read.open_table(tmp_path / "nowhere.csv")


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(450):
                part.write(b" " * 1_000_000)

    with pytest.raises(FileRefusedError, match="unpacks to more than 400 MB"):
        read.open_table(path)
    assert path.stat().st_size < 1_000_000


def test_an_entity_bomb_in_a_workbook_is_refused_or_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "entities.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["address"])
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    document = f'<!DOCTYPE s [<!ENTITY e0 "lol">{entities}]>'
    bomb = f'<?xml version="1.0"?>{document}<sst><si><t>&e9;</t></si></sst>'
    changed = tmp_path / "changed.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(
                part, bomb if part.filename.endswith("sharedStrings.xml") else content
            )

    with pytest.raises(FileRefusedError):
        read.open_table(changed)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_file_error(content: bytes) -> None:
    path = Path(f"/tmp/liaison-test-{abs(hash(content))}.csv")  # noqa: S108 (own name)
    path.write_bytes(content)
    try:
        list(read.open_table(path).rows)
    except FileRefusedError:
        return
    finally:
        path.unlink()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x" * 3_000_000, "row 1: a line of more than 1,000,000"),
        ("email,name\n" + "x" * 3_000_000, "row 2: a line of more than 1,000,000"),
        (
            ",".join(["email", *map(str, range(5_000))]),
            "5001 columns; at most 200 are read",
        ),
    ],
)
def test_a_line_or_row_that_is_too_long_is_refused_in_one_sentence(
    tmp_path: Path, text: str, error: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefusedError) as refusal:
        list(read.open_table(path).rows)

    assert error in str(refusal.value)
    assert len(str(refusal.value)) < 300
