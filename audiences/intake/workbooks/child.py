"""Reads a workbook or a web page in a process of its own, with limits.

`reading` starts it. Standard input is the file. Each line of the output is JSON: an
object describes what follows, a list has rows, and a text is a refusal, and the last.
After each sheet that it describes, the child waits for an answer: y reads it.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audiences.intake.workbooks import archive, markup, offers, sheets
from audiences.intake.workbooks.archive import Measured, WorkbookRefusedError
from audiences.intake.workbooks.offers import Row, SheetOffer

MB = 1_000_000
MAX_ROW = MB  # characters
START_MEMORY = 128 * MB  # address space, in octets
MEMORY_PER_OCTET = 3  # of the unpacked parts; real workbooks take 2
MEMORY_PER_PACKED_OCTET = 16  # of an old XLS or a web page, which are not unpacked
START_SECONDS = 4  # of processor time
OCTETS_PER_SECOND = 8 * MB
CHUNK = 100_000  # characters of rows in a line of the output
OUT_OF_MEMORY = 3  # exit status
STDIN = "/dev/fd/0"
ALL = "all"


def main(wanted: str, answers: int) -> None:
    """Write the rows that are asked for, or a refusal.

    `wanted` is the name or number of a sheet, `all`, or empty for what the answers
    choose among the visible ones; `answers` is the descriptor to read them from.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(0)
    try:
        for offer in _wanted(_offers(), wanted):
            _offer(offer, answers)
    except WorkbookRefusedError as fault:
        _write(str(fault))
    except MemoryError:
        # `reading` has the sentence, which is that of an abort, too
        sys.exit(OUT_OF_MEMORY)


def _offers() -> Iterator[SheetOffer | dict[str, Any]]:
    """Measure the file, set the limits by its size, and yield its sheets."""
    with Path(STDIN).open("rb") as file:
        magic = file.read(8)
        size = os.fstat(file.fileno()).st_size
    if magic.startswith(b"PK"):
        measured = archive.measure(STDIN)
        _limit(measured.octets)
        return sheets.offers(STDIN, measured)
    _limit(size, per_octet=MEMORY_PER_PACKED_OCTET)
    if magic.startswith(b"\xd0\xcf\x11\xe0"):
        sheets.refuse_encrypted(STDIN)
        return sheets.offers(STDIN, Measured())
    return markup.offers(STDIN)


def _wanted(
    every: Iterator[SheetOffer | dict[str, Any]], wanted: str
) -> Iterator[SheetOffer]:
    """Yield the sheets that may be read; a hidden one only when it is named."""
    names: list[tuple[str, bool]] = []
    name: str | None = None
    for each in every:
        if isinstance(each, SheetOffer):
            if each.name == name if name is not None else each.visible:
                yield each
            continue
        _write(each)
        names = each["sheets"]
        if wanted and wanted != ALL:
            name = offers.chosen(names, wanted)
            if name is None:
                listed = ", ".join(f"{each!r}" for each, _ in names[:20])
                raise WorkbookRefusedError(
                    f"has no sheet {wanted!r}; its sheets are {listed}"
                )


def _offer(offer: SheetOffer, answers: int) -> None:
    """Describe a sheet, and write its rows if the answer is yes."""
    rows, merged = offer.read()
    number, head = offers.begin(rows)
    width = sum(map(_size, head))
    if width > MAX_ROW:
        raise WorkbookRefusedError(
            f"has more than {MAX_ROW:,} characters in its first rows"
        )
    about = {"sheet": offer.name, "row": number, "merged": merged}
    marked = {
        "struck": sorted(offer.marks.struck),
        "comments": offer.marks.comments,
    }
    _write({**about, **marked, "hidden": offer.hidden, "head": head})
    if os.read(answers, 1) == b"y":
        for chunk in _chunks(rows, number + len(head)):
            _write(chunk)


def _limit(octets: int, *, per_octet: int = MEMORY_PER_OCTET) -> None:
    """Limit memory and processor time, in proportion to the octets of the workbook."""
    memory = START_MEMORY + per_octet * octets
    seconds = START_SECONDS + octets // OCTETS_PER_SECOND
    for kind, amount in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
    ):
        _, hard = resource.getrlimit(kind)
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(kind, (most, hard))


def _size(row: Row) -> int:
    return len(row) + sum(map(len, row))


def _chunks(rows: Iterator[Row], first: int) -> Iterator[list[Row]]:
    """Yield the rows in lists of about CHUNK characters; refuse a row over MAX_ROW."""
    chunk: list[Row] = []
    size = 0
    for number, row in enumerate(rows, start=first):
        width = _size(row)
        if width > MAX_ROW:
            raise WorkbookRefusedError(
                f"has more than {MAX_ROW:,} characters in row {number}"
            )
        chunk.append(row)
        size += width
        if size > CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
    yield []  # the end of the sheet


def _write(value: Any) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()
