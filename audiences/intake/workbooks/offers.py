"""What the child offers to read: a sheet of a workbook, or a table of a web page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from audiences.intake.workbooks.marks import SheetMarks

MAX_BLANK = 100_000  # rows above the first with a cell
HEAD = 20  # rows in which the headings are looked for, from the first with a cell
Row = list[str]


@dataclass(frozen=True, kw_only=True)
class SheetOffer:
    """A sheet that may be read; `read` returns its rows, and how many cells are merged.

    `hidden` has how many of its "rows" and "columns" are hidden.
    """

    name: str
    visible: bool
    read: Callable[[], tuple[Iterator[Row], int]]
    hidden: dict[str, int] = field(default_factory=dict)
    marks: SheetMarks = field(default_factory=SheetMarks)


def begin(rows: Iterator[Row]) -> tuple[int, list[Row]]:
    """Return the number of the first row with a cell, and the rows from there on.

    At most HEAD rows are returned; none when all cells, or those of the first
    MAX_BLANK rows, are empty.
    """
    for number, row in enumerate(islice(rows, MAX_BLANK), start=1):
        if any(each.strip() for each in row):
            return number, list(islice(chain([row], rows), HEAD))
    return 1, []


def chosen(names: list[tuple[str, bool]], wanted: str) -> str | None:
    """Return the sheet of this name, else of this number among the visible ones."""
    every = [name for name, _ in names]
    if wanted in every:
        return wanted
    alike = [name for name in every if name.casefold() == wanted.strip().casefold()]
    if len(alike) == 1:
        return alike[0]
    visible = [name for name, shown in names if shown]
    if wanted.isdecimal() and 1 <= int(wanted) <= len(visible):
        return visible[int(wanted) - 1]
    return None
