"""Reads CSV and XLSX files as rows of text, in all usual encodings and delimiters.

A CSV file is read row by row. The encoding and delimiter are detected, and are part of
the result. A file that cannot be read is refused with the place and the remedy.
"""

import csv
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from audiences.errors import FileRefusedError
from audiences.intake import columns
from audiences.intake.books import vcards
from audiences.intake.encodings import evidence
from audiences.intake.encodings.evidence import Decoding
from audiences.intake.mapping import layout, opening
from audiences.intake.mapping.layout import Layout
from audiences.intake.mapping.plan import Mapping
from audiences.intake.mapping.rows import shape
from audiences.intake.workbooks import reading

MAX_LINE = 1_000_000  # characters of a CSV file
MAX_CELL = 131_072  # characters of a cell; a quotation mark that is not closed has more
DELIMITERS = ",;\t|"


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """An open file: the positions of its columns, and its rows below the headings."""

    name: str
    form: str  # for the report: "CSV, utf-8, delimiter ;"
    positions: dict[str, int]  # column → index in a row
    layout: Layout | None = None  # how the headings were understood
    first: int = 2  # the number of the first row
    rows: Iterator[list[str]]
    decoding: Decoding | None = None  # of a CSV file
    repair: bool = False  # undo the damage of other programs in its cells

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the headings of columns that are not read."""
        if self.layout is None:
            return ()
        left_out = (each.heading for each in self.layout.left_out)
        return tuple(filter(None, left_out))


def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    repair: bool = False,
    mapping: Mapping | None = None,
    preset: str | None = None,
) -> Table:
    """Open a file; raise FileRefusedError when it is not a table of contacts.

    `encoding` is that of a CSV file; without it, it is found by its words. With
    `repair`, octets that are not UTF-8 in a file that is are taken as windows-1252.
    `mapping` and `preset` are what a person decided about the columns. The rows are
    read while they are used, and raise FileRefusedError, too.
    """
    with _opened(path) as file:
        start = file.read(len(vcards.BEGIN))
    decoding = None
    if start[:4] == b"PK\x03\x04":
        rows, form = _workbook(path), "XLSX"
    elif start[:4] == b"\xd0\xcf\x11\xe0":
        raise FileRefusedError(
            f"{path.name} is an old .xls workbook; save it as .xlsx or CSV"
        )
    elif start.upper() == vcards.BEGIN:
        rows, form = _cards(path), "vCard"
    else:
        decoding = evidence.decoding(path, encoding, repair=repair)
        rows, form = _text(path, decoding)
    head = opening.begin(rows, path.name)
    understood = layout.understand(
        head.header, head.sample, mapping or Mapping(), preset=preset
    )
    shaped = shape(understood, head.rows)
    if not {"address", "organisation", "organisation_name"} & set(shaped.positions):
        raise FileRefusedError(opening.no_addresses(head.header))
    return Table(
        name=path.name,
        form=form,
        positions=shaped.positions,
        layout=understood,
        first=head.number + 1,
        rows=shaped.rows,
        decoding=decoding,
        repair=repair,
    )


def _opened(path: Path) -> BinaryIO:
    """Open a file; refuse a device or a pipe, which could have no end."""
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except OSError as fault:
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise FileRefusedError(f"{path} is not a regular file")


def _cards(path: Path) -> Iterator[list[str]]:
    with _opened(path) as file:
        yield from vcards.rows(file, path.name)


def _workbook(path: Path) -> Iterator[list[str]]:
    with _opened(path) as file:
        yield from reading.rows(file, path.name)


def _open_text(path: Path, decoding: Decoding) -> TextIO:
    return path.open(encoding=decoding.codec, errors=decoding.errors, newline="")


def _text(path: Path, decoding: Decoding) -> tuple[Iterator[list[str]], str]:
    with _open_text(path, decoding) as file:
        header = file.readline(MAX_LINE)
    if "\0" in header:
        raise FileRefusedError(
            f"{path.name}, row 1: found the character NUL, which no text has; save the"
            " list as CSV in UTF-8"
        )
    delimiter = max(DELIMITERS, key=lambda mark: _delimiter_score(path, header, mark))
    shown = {"\t": "tab"}.get(delimiter, delimiter)
    rows = _csv_rows(path, decoding, delimiter)
    return rows, f"CSV, {decoding.name}, delimiter {shown}"


def _delimiter_score(path: Path, header: str, mark: str) -> tuple[int, int]:
    """Return how well a delimiter fits the first line; the greatest fits best.

    The number of known headings, then the number of delimiters.
    """
    try:
        cells = next(csv.reader([header], delimiter=mark), [])
    except csv.Error as fault:
        raise FileRefusedError(
            f"{path.name}, row 1: {_sentence(fault)}; the first row must have the"
            " headings"
        ) from None
    return columns.recognised(cells), header.count(mark)


def _csv_rows(path: Path, decoding: Decoding, delimiter: str) -> Iterator[list[str]]:
    number = 0
    try:
        with _open_text(path, decoding) as file:
            for row in csv.reader(_lines(file), delimiter=delimiter, strict=True):
                number += 1
                yield row
    except UnicodeError:
        raise FileRefusedError(
            f"{path.name}, after row {number}: found octets that are not"
            f" {decoding.name}; save the whole file as UTF-8"
        ) from None
    except csv.Error as fault:
        raise FileRefusedError(
            f"{path.name}, row {number + 1}: {_sentence(fault)}; look for a quotation"
            " mark that is not closed"
        ) from None


def _sentence(fault: csv.Error) -> str:
    """Return what was found in a row of a CSV file."""
    if str(fault).startswith("field larger"):
        return f"a cell of more than {MAX_CELL:,} characters"
    return str(fault)


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise csv.Error(f"a line of more than {MAX_LINE:,} characters")
        yield line
