"""Chooses what is read of a workbook: its sheets, and the row of headings."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from typing import BinaryIO

from audiences.errors import FileRefusedError
from audiences.intake.lists import headings, marked
from audiences.intake.lists.headings import Headings
from audiences.intake.lists.kinds import FileKind
from audiences.intake.lists.table import SheetPart, Table
from audiences.intake.mapping import opening, wording
from audiences.intake.wishes import optouts
from audiences.intake.workbooks.child import ALL
from audiences.intake.workbooks.offers import Row
from audiences.intake.workbooks.reading import Sheet, Workbook

SURE = 3  # the sheet has addresses
SHOWN = 10  # names of sheets, or headings


def open_table(file: BinaryIO, name: str, kind: FileKind, wanted: str | None) -> Table:
    """Open a workbook or web page; raise FileRefusedError when it has no contacts.

    `wanted` is the `sheet` of `read.open_table`.
    """
    book, sheet, found = _choose(file, name, wanted)
    table = Table(
        name=name,
        form=f"{kind}, every sheet" if wanted == ALL else f"{kind}, {sheet.name!r}",
        titles=(*_read_sheets(book, sheet, wanted), found.above),
        headings=tuple(found.row),
        first_row=sheet.row + found.place + 1,
        notes=[*found.notes, *_notes(sheet), *_others(book, sheet, wanted)],
        questions=[
            *([] if wanted is not None else _questions(book, sheet)),
            *marked.questions(sheet, after=sheet.row + found.place),
        ],
    )
    rows = _every_row if wanted == ALL else _rows
    table.read(rows(book, sheet, found, table))
    return table


def _read_sheets(book: Workbook, sheet: Sheet, wanted: str | None) -> list[str]:
    """Return the names of the sheets that are read."""
    if wanted != ALL:
        return [sheet.name]
    return [name for name, shown in book.listed if shown]


def _choose(
    file: BinaryIO, name: str, wanted: str | None
) -> tuple[Workbook, Sheet, Headings]:
    """Return the workbook, open at the sheet to read, with its headings.

    That is the first with addresses; else the first with organisations; else with any
    known heading. The only visible sheet, and one that a person named, are taken
    whatever their headings are. Raises FileRefusedError if there is none.
    """
    best, at = 0, -1  # how well a sheet fits, and which it is
    first: Headings | None = None
    with _closed_on_error(Workbook(file, name, wanted=wanted or "")) as book:
        for number in count():
            sheet = book.next_sheet()
            if sheet is None:
                break
            found = headings.find(sheet.head, first=sheet.row) if sheet.head else None
            if found is not None:
                only = sum(shown for _, shown in book.listed) == 1
                fits = _fits(sheet, found)
                if fits == SURE or only or wanted not in {None, ALL}:
                    return book, sheet, found
                if fits > best:
                    best, at = fits, number
                first = first or found
            book.skip()
        if first is None:
            raise FileRefusedError(f"{name} is empty; it needs a row of headings")
        if at < 0:
            raise FileRefusedError(opening.no_addresses(first.row))
    book.close()
    return _reopened(file, name, wanted, at)


def _reopened(
    file: BinaryIO, name: str, wanted: str | None, number: int
) -> tuple[Workbook, Sheet, Headings]:
    """Return the workbook, open at a sheet that was passed over."""
    with _closed_on_error(Workbook(file, name, wanted=wanted or "")) as book:
        for _ in range(number):
            book.next_sheet()
            book.skip()
        sheet = book.next_sheet()
        if sheet is None:
            raise FileRefusedError(f"{name} changed while it was read; try again")
        return book, sheet, headings.find(sheet.head, first=sheet.row)


@contextmanager
def _closed_on_error(book: Workbook) -> Iterator[Workbook]:
    """Close a workbook if the block raises an error."""
    try:
        yield book
    except BaseException:
        book.close()
        raise


def _fits(sheet: Sheet, found: Headings) -> int:
    """Return how well a sheet fits: SURE if it has a column of addresses."""
    meanings = [wording.meaning(each) for each in found.row]
    targets = {each.target for each in meanings if each is not None}
    below = sheet.head[found.place + 1 :]
    if "address" in targets and (not below or "@" in "".join(chain(*below))):
        return SURE
    if targets & {"address", "organisation", "organisation_name"}:
        return SURE - 1
    return 1 if targets else 0


def _rows(
    book: Workbook, sheet: Sheet, found: Headings, _table: Table
) -> Iterator[Row]:
    try:
        yield from sheet.head[found.place + 1 :]
        yield from book.rows()
    finally:
        book.close()


def _every_row(
    book: Workbook, sheet: Sheet, found: Headings, table: Table
) -> Iterator[Row]:
    """Yield the rows of every visible sheet; refuse one with other headings."""
    number, expected = table.first_row, found
    following: tuple[Sheet, Headings] | None = (sheet, found)
    try:
        while following is not None:
            sheet, found = following
            row = sheet.row + found.place + 1
            table.parts.append(SheetPart(number=number, sheet=sheet.name, row=row))
            for cells in chain(sheet.head[found.place + 1 :], book.rows()):
                yield cells
                number += 1
            following = _following(book, expected, table)
    finally:
        book.close()


def _following(
    book: Workbook, expected: Headings, table: Table
) -> tuple[Sheet, Headings] | None:
    """Return the next sheet with a known heading; None after the last."""
    while (sheet := book.next_sheet()) is not None:
        if sheet.head:
            found = headings.find(sheet.head, first=sheet.row)
            if found.known:
                _refuse_other(book, sheet, found, expected)
                table.notes += _notes(sheet)
                for each in marked.questions(sheet, after=sheet.row + found.place):
                    raise FileRefusedError(f"{book.name}: {each}")
                return sheet, found
            table.notes.append(f"{sheet.name!r} has no known heading: it is not read")
        book.skip()
    return None


def _refuse_other(
    book: Workbook, sheet: Sheet, found: Headings, expected: Headings
) -> None:
    """Raise FileRefusedError if the headings are not the expected ones."""
    if found.folded == expected.folded:
        return
    shown = ", ".join(each.strip() or "(none)" for each in found.row[:SHOWN])
    usual = ", ".join(each.strip() or "(none)" for each in expected.row[:SHOWN])
    raise FileRefusedError(
        f"{book.name}, sheet {sheet.name!r}: its headings are {shown}; expected those"
        f" of the first sheet, {usual}; read it by itself with --sheet"
        f" {sheet.name!r}"
    )


def _notes(sheet: Sheet) -> list[str]:
    """Return the remarks on a sheet that is read."""
    notes = []
    if sheet.hidden:
        counted = " and ".join(
            f"{count} hidden {kind if count > 1 else kind[:-1]}"
            for kind, count in sorted(sheet.hidden.items(), reverse=True)
        )
        notes.append(f"{sheet.name!r}: {counted}, read like the others")
    if sheet.merged:
        cells = "1 cell is" if sheet.merged == 1 else f"{sheet.merged} cells are"
        notes.append(
            f"{sheet.name!r}: {cells} merged over several rows; the value is read in"
            " each of them"
        )
    return notes


def _questions(book: Workbook, sheet: Sheet) -> list[str]:
    """Return a question on each other sheet whose people may want no letters."""
    return [
        f"the sheet {name!r} may be of people who want no letters: take it with --sheet"
        f" {name!r} --as stopped, and then this one with --sheet {sheet.name!r}"
        for name, _ in book.listed
        if name != sheet.name and optouts.is_caption(name)
    ]


def _others(book: Workbook, sheet: Sheet, wanted: str | None) -> list[str]:
    """Return the note on sheets that are not read."""
    left = [
        f"{name!r}" if visible else f"{name!r} (hidden)"
        for name, visible in book.listed
        if name != sheet.name and not (visible and wanted == ALL)
    ]
    if not left:
        return []
    more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
    remedy = "--sheet NAME reads one of them, --sheet all every visible one"
    return [f"not read: {', '.join(left[:SHOWN])}{more}; {remedy}"]
