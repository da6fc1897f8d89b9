"""An open list: its columns, and its rows while they are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audiences.intake.encodings.evidence import Decoding
from audiences.intake.mapping.layout import Layout


@dataclass(kw_only=True, slots=True)
class SheetPart:
    """Where the rows of one of several sheets begin, when they are read together."""

    number: int  # of its first row, among all rows of the list
    sheet: str
    row: int  # the number of that row in its sheet


def place(parts: Sequence[SheetPart], number: int) -> str:
    """Return where a row is: its number, with its sheet if several are read."""
    for part in reversed(parts):
        if number >= part.number:
            return f"{part.sheet} {part.row + number - part.number}"
    return str(number)


@dataclass(kw_only=True, slots=True)
class Table:
    """An open file: the positions of its columns, and its rows after the headings.

    `notes` are sentences on how the file was read; some come while the rows are read,
    as do further `parts`.
    """

    name: str
    form: str  # for the report: "CSV, utf-8, delimiter ;"
    positions: dict[str, int] = field(default_factory=dict)  # column → index in a row
    titles: tuple[str, ...] = ()  # of its sheets, and what stands above its headings
    headings: tuple[str, ...] = ()
    layout: Layout | None = None  # how the headings were understood
    decoding: Decoding | None = None  # of a CSV file
    repair: bool = False  # undo the damage of other programs in its cells
    rows: Iterator[list[str]] = field(default_factory=lambda: iter(()))
    first_row: int = 2  # the number of the first of `rows`
    shifts: bool = False  # whether a cell too many moves the others, as in CSV
    notes: list[str] = field(default_factory=list)
    parts: list[SheetPart] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)  # to be answered first
    usual_cells: int = 0  # that are filled in a row, by the first rows

    @property
    def unread(self) -> tuple[str, ...]:
        """Return the headings of columns that are not read."""
        if self.layout is None:
            return ()
        left_out = (each.heading for each in self.layout.left_out)
        return tuple(filter(None, left_out))

    @property
    def width(self) -> int:
        """Return the number of columns up to the last that has a heading."""
        headed = [n for n, each in enumerate(self.headings, start=1) if each.strip()]
        return max(headed, default=0)

    def read(self, rows: Iterator[list[str]]) -> None:
        """Take the rows from here."""
        self.rows = self._watched(rows)

    def place(self, number: int) -> str:
        """Return where a row is, as `place` does."""
        return place(self.parts, number)

    def _watched(self, rows: Iterator[list[str]]) -> Iterator[list[str]]:
        """Yield the rows; note repeated headings, and cells that have no heading."""
        headings, width = list(self.headings), len(self.headings)
        bare = [n for n, each in enumerate(headings) if not each.strip()]
        unheaded: set[int] = set()
        for number, row in enumerate(rows, start=self.first_row):
            if row == headings:
                self.notes.append(f"row {self.place(number)} repeats the headings")
                yield []
                continue
            if bare or len(row) > width:
                unheaded.update(n for n in bare if row[n : n + 1] and row[n].strip())
                if not self.shifts:
                    unheaded.update(n for n in range(width, len(row)) if row[n].strip())
            yield row
        if self.layout is not None:  # some are known by their cells
            unheaded.difference_update(*self.layout.positions.values())
        if unheaded:
            listed = ", ".join(str(each + 1) for each in sorted(unheaded)[:10])
            self.notes.append(f"cells without a heading are not read: column {listed}")
