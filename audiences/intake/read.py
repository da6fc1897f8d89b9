"""Opens lists: CSV, XLSX, ODS, old XLS, web pages with a table, and vCards, as rows.

The content of a file decides what it is, and its encoding, dialect, sheet and row of
headings; they are part of the result. A file that cannot be read is refused with the
place and the remedy.
"""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from audiences.errors import FileRefusedError
from audiences.intake.books import vcards
from audiences.intake.encodings import evidence
from audiences.intake.encodings.evidence import Decoding
from audiences.intake.lists import delimited, headings, kinds, rosters, spreadsheets
from audiences.intake.lists.kinds import FileKind
from audiences.intake.lists.table import Table
from audiences.intake.mapping import attributes, captioning, layout, opening
from audiences.intake.mapping.plan import Mapping
from audiences.intake.mapping.rows import shape
from audiences.intake.workbooks import offers

MAX_OCTETS = 1_000_000_000  # of a list


def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    repair: bool = False,
    mapping: Mapping | None = None,
    preset: str | None = None,
) -> Table:
    """Open a file; raise FileRefusedError when it is not a table of contacts.

    `encoding` is that of a CSV file; without it, it is found by its words. `sheet` is
    the name or number of a sheet, or "all"; without it, the first visible one with
    headings is read. With `repair`, octets that are not UTF-8 in a file that is are
    taken as windows-1252. `mapping` and `preset` are what a person decided about the
    columns. The rows are read while they are used, and raise FileRefusedError, too.
    """
    with _opened(path) as file:
        start = _start(file, path)
        found = kinds.tell(start, path)
        if found.refusal:
            raise FileRefusedError(f"{path.name} {found.refusal}")
        if found.kind is not FileKind.TEXT:
            table = spreadsheets.open_table(file, path.name, found.kind, sheet)
        elif sheet is not None:
            raise FileRefusedError(
                f"{path.name} is no workbook and has no sheets; leave --sheet {sheet}"
                " out"
            )
        elif vcards.begins(start):
            reading = partial(evidence.decoding, path, encoding, repair=repair)
            table = _table(path, "vCard", _cards(path, reading))
        else:
            table = _text(path, encoding, repair=repair)
    table.notes[:0] = found.notes
    table.repair = repair
    _understand(table, mapping or Mapping(), preset)
    return table


def _understand(table: Table, mapping: Mapping, preset: str | None) -> None:
    """Find what the columns become, and give the rows that form."""
    header = list(table.headings)
    opening.refuse_wide(header)
    sample, rows = opening.sample(table.rows)
    objects = attributes.found(header, sample)
    if objects:
        width = len(header)
        header += attributes.headings(objects)
        sample = list(attributes.spread(iter(sample), objects, width, table))
        rows = attributes.spread(rows, objects, width, table)
        table.headings = tuple(header)
    table.usual_cells = opening.usual_cells(sample)
    above = table.titles[-1] if table.titles else ""
    captions = captioning.found(sample, above)
    if captions:
        header = [captioning.HEADING, *header]
        sample = list(captioning.spread(iter(sample), above, taken=True))
    table.layout = layout.understand(
        header,
        sample,
        mapping,
        preset=preset,
        names=(table.name, *table.titles),
        captions=captions,
    )
    questions = (*table.layout.questions, *table.questions)
    table.layout = replace(table.layout, questions=questions)
    if captions:
        taken = layout.CAPTIONS in table.layout.positions.get("country", ())
        rows = captioning.spread(rows, above, taken=taken)
        table.headings = tuple(header)
    shaped = shape(table.layout, rows)
    if not layout.WHO & set(shaped.positions):
        raise FileRefusedError(opening.no_addresses(header))
    table.positions, table.rows = shaped


def _opened(path: Path) -> BinaryIO:
    """Open a file; refuse a device or a pipe, which could have no end, and a huge one.

    A file with a hole is as long as it says, whatever it takes of the disk.
    """
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")
    except OSError as fault:
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None
    known = os.fstat(file.fileno())
    if stat.S_ISREG(known.st_mode) and known.st_size <= MAX_OCTETS:
        return file
    file.close()
    if stat.S_ISREG(known.st_mode):
        size = f"{known.st_size:,} octets; at most {MAX_OCTETS:,} are read"
        raise FileRefusedError(f"{path} has {size}; divide the list")
    raise FileRefusedError(f"{path} is not a regular file")


def _start(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(kinds.START)
    except OSError as fault:  # of the disk, or of what only looks like a file
        raise FileRefusedError(f"{path}: {fault.strerror or fault}") from None


def _cards(path: Path, reading: Callable[[], Decoding]) -> Iterator[list[str]]:
    with _opened(path) as file:
        yield from vcards.rows(file, path.name, reading)


def _text(path: Path, encoding: str | None, *, repair: bool) -> Table:
    decoding = evidence.decoding(path, encoding, repair=repair)
    roster = rosters.tell(path, decoding)
    if roster is not None:
        rows = rosters.rows(path, decoding, roster)
        table = _table(path, f"{roster.value}, {decoding.name}", rows)
        table.first_row -= 1  # its headings stand in no line
        table.decoding = decoding
        return table
    dialect = delimited.tell(path, decoding)
    rows = delimited.rows(path, decoding, dialect)
    table = _table(path, f"CSV, {decoding.name}, {dialect.described}", rows)
    table.decoding = decoding
    table.shifts = True
    return table


def _table(path: Path, form: str, rows: Iterator[list[str]]) -> Table:
    """Return the table of rows that have their headings among the first."""
    first, head = offers.begin(rows)
    if not head:
        raise FileRefusedError(f"{path.name} is empty; it needs a row of headings")
    found = headings.find(head, first=first)
    after = found.place + 1
    table = Table(
        name=path.name,
        form=form,
        titles=(found.above,),
        headings=tuple(found.row),
        first_row=first + after,
        notes=list(found.notes),
    )
    table.read(chain(head[after:], rows))
    return table
