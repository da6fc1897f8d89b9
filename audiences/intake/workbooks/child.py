"""Reads the first sheet of a workbook in a process of its own, with limits.

`reading` runs this file without the rest of the product. Standard input is the file.
Each line of the output is a JSON list of rows. A JSON text is a refusal, and the last.
"""

import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MB = 1_000_000
MAX_UNPACKED = 400 * MB
MAX_PARTS = 2_000  # files within a workbook
MAX_ROW = MB  # characters
SMALL = 10 * MB  # a part of at most this size is not looked at more closely
MAX_RATIO = 100  # of a part's unpacked and packed size; real sheets have 5 to 25
CELL = (10, 2_000)  # octets of a cell or text, on average: the least and the most
START_MEMORY = 128 * MB  # address space, in octets
MEMORY_PER_OCTET = 3  # of the unpacked parts; real workbooks take 2
START_SECONDS = 4  # of processor time
OCTETS_PER_SECOND = 8 * MB
CHUNK = 100_000  # characters of rows in a line of the output
OUT_OF_MEMORY = 3  # exit status
STDIN = "/dev/fd/0"


_DAMAGE = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError),
    *(EOFError, ValueError, zlib.error),
)


class _RefusedError(Exception):
    """The workbook is not read; the message continues a sentence after its name."""


def main() -> None:
    """Write the rows of the workbook, or a refusal."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(0)
    try:
        _limit(_unpacked())
        for chunk in _chunks(_rows()):
            _write(chunk)
    except _RefusedError as fault:
        _write(str(fault))
    except MemoryError:
        sys.exit(
            OUT_OF_MEMORY
        )  # `reading` has the sentence, which is that of an abort, too


def _limit(unpacked: int) -> None:
    """Limit memory and processor time, in proportion to the octets of the workbook."""
    memory = START_MEMORY + MEMORY_PER_OCTET * unpacked
    seconds = START_SECONDS + unpacked // OCTETS_PER_SECOND
    for kind, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
    ):
        _, hard = resource.getrlimit(kind)
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (most, hard))


def _unpacked() -> int:
    """Return the size of the parts, unpacked; refuse a workbook made to be too large.

    A small ZIP file can unpack to more than fits into memory (a ZIP bomb). The sizes in
    the directory are looked at first, and then each part is unpacked, without keeping
    it, because these sizes can be wrong.
    """
    try:
        with zipfile.ZipFile(STDIN) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS:
                raise _RefusedError(
                    f"has {len(parts)} parts; at most {MAX_PARTS} are read"
                )
            if sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _too_large()
            for part in parts:
                _check_ratio(part)
            left = MAX_UNPACKED
            for part in parts:
                left -= _unpack(archive, part, left)
    except _DAMAGE as fault:
        raise _RefusedError(
            f"is damaged ({str(fault)[:200]}); save it again as .xlsx"
        ) from None
    return MAX_UNPACKED - left


def _check_ratio(part: zipfile.ZipInfo) -> None:
    if part.file_size > SMALL and part.file_size > MAX_RATIO * part.compress_size:
        raise _RefusedError(
            f"has a part of {part.compress_size:,} octets that unpacks to"
            f" {part.file_size:,}; save it again as .xlsx or as CSV"
        )


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack a part without keeping it; return its octets, at most `left`."""
    mark = _mark_of_cells(part.filename)
    octets = cells = 0
    with archive.open(part) as stream:
        while block := stream.read(1 << 20):
            octets += len(block)
            if octets > left:
                raise _too_large()
            cells += block.count(mark) if mark else 0
    if mark and octets > SMALL:
        least, most = CELL
        if not least * cells < octets < most * (cells + 1):
            raise _RefusedError(
                f"has {cells:,} cells or texts in {octets:,} octets of"
                f" {PurePosixPath(part.filename).name}: its cells are mostly empty, or"
                " their texts too long; save the rows that you need as CSV"
            )
    return octets


def _mark_of_cells(name: str) -> bytes | None:
    """Return how a cell of a sheet, or a shared text, begins in a part of an .xlsx."""
    if name.startswith("xl/worksheets/"):
        return b"<c"
    return b"<si" if name == "xl/sharedStrings.xml" else None


def _too_large() -> _RefusedError:
    return _RefusedError(
        f"unpacks to more than {MAX_UNPACKED // MB} MB; save it as CSV"
    )


def _rows() -> Iterator[list[str]]:
    try:
        sheet = CalamineWorkbook.from_path(STDIN).get_sheet_by_index(0)
        for row in sheet.iter_rows():
            yield [each if type(each) is str else _cell(each) for each in row]
    except (CalamineError, IndexError, ValueError, OSError) as fault:
        reason = " ".join(str(fault).split())[:200]
        raise _RefusedError(
            f"cannot be read as a workbook ({reason}); save it as .xlsx"
        ) from None


def _cell(value: object) -> str:
    """Return the value of a workbook's cell as text."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def _chunks(rows: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    """Yield the rows in lists of about CHUNK characters; refuse a row over MAX_ROW."""
    chunk: list[list[str]] = []
    size = 0
    for number, row in enumerate(rows, start=1):
        width = len(row) + sum(map(len, row))
        if width > MAX_ROW:
            raise _RefusedError(f"has more than {MAX_ROW:,} characters in row {number}")
        chunk.append(row)
        size += width
        if size > CHUNK:
            yield chunk
            chunk, size = [], 0
    yield chunk


def _write(value: Any) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
