"""Opens lists: CSV, XLSX, ODS, old XLS, and web pages with a table, as rows of text.

What a file is, its encoding, its dialect, its sheet and its row of headings are told by
what it contains, and are part of the result. A file that cannot be read is refused with
the place and the remedy.
"""

import os
import stat
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from charset_normalizer import from_bytes

from audiences.errors import FileRefusedError
from audiences.intake import columns
from audiences.intake.lists import delimited, headings, kinds, spreadsheets
from audiences.intake.lists.kinds import FileKind
from audiences.intake.lists.table import Table
from audiences.intake.workbooks import offers

SAMPLE = 256 * 1024  # octets read to detect a legacy encoding
LEGACY = ["cp1252", "cp1251", "cp1256"]


def open_table(
    path: Path, *, encoding: str | None = None, sheet: str | None = None
) -> Table:
    """Open a file; raise FileRefusedError when it is not a table of contacts.

    `encoding` is that of a CSV file; without it, it is detected. `sheet` is the name or
    number of a sheet, or "all"; without it, the first visible one with headings is
    read. The rows are read while they are used, and raise FileRefusedError, too.
    """
    with _opened(path) as file:
        found = kinds.tell(file.read(kinds.START), path)
        if found.refusal:
            raise FileRefusedError(f"{path.name} {found.refusal}")
        if found.kind is not FileKind.TEXT:
            table = spreadsheets.open_table(file, path.name, found.kind, sheet)
        elif sheet is not None:
            raise FileRefusedError(
                f"{path.name} is CSV, which has no sheets; leave --sheet {sheet} out"
            )
        else:
            table = _text(path, encoding)
    table.notes[:0] = found.notes
    return table


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


def _text(path: Path, encoding: str | None) -> Table:
    encoding = encoding or _encoding(path)
    dialect = delimited.tell(path, encoding)
    rows = delimited.rows(path, encoding, dialect)
    first, head = offers.begin(rows)
    if not head:
        raise FileRefusedError(f"{path.name} is empty; it needs a row of headings")
    found = headings.find(head, first=first)
    positions, unread = columns.match(found.row)
    after = found.place + 1
    table = Table(
        name=path.name,
        form=f"CSV, {encoding.removesuffix('-sig')}, {dialect.described}",
        positions=positions,
        unread=unread,
        headings=tuple(found.row),
        first_row=first + after,
        shifts=True,
        notes=list(found.notes),
    )
    table.read(chain(head[after:], rows))
    return table


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(SAMPLE)
    if start.startswith(BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    zeros = start[:200].count(0)
    if zeros * 3 > len(start[:200]):
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    position = _first_not_utf8(path)
    if position is None:
        return "utf-8"
    with path.open("rb") as file:
        file.seek(max(0, position - SAMPLE // 2))
        best = from_bytes(file.read(SAMPLE), cp_isolation=LEGACY).best()
    if best is None:
        raise FileRefusedError(
            f"{path.name} is neither UTF-8 nor Windows-1252, -1251 or -1256 (octet"
            f" {position + 1} fits none); save it as UTF-8 or give --encoding"
        )
    return best.encoding


def _first_not_utf8(path: Path) -> int | None:
    """Return the offset of the first octet that is not UTF-8; None when all are."""
    offset, tail = 0, b""
    with path.open("rb") as file:
        while True:
            chunk = file.read(1 << 20)
            block = tail + chunk
            try:
                block.decode("utf-8")
                tail = b""
            except UnicodeDecodeError as fault:
                cut_short = fault.reason == "unexpected end of data"
                if not (chunk and cut_short):
                    return offset + fault.start
                tail = block[fault.start :]
            offset += len(block) - len(tail)
            if not chunk:
                return None
