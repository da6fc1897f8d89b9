"""Counts the cells of an import that are left empty, by column and cell."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from audiences.intake.values.memory import Note

MOST = 10_000  # different cells of a column; further ones are counted without examples
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A cell that is left empty, or in part; in how many rows, and why."""

    value: str
    rows: int
    reason: str


@dataclass(frozen=True, slots=True)
class LeftEmpty:
    """How many cells of a column are left empty; the most frequent first."""

    column: str
    rows: int
    examples: list[Example]


class Tally:
    """Counts cells while a file is read."""

    def __init__(self) -> None:
        """Begin with none."""
        self._rows: Counter[str] = Counter()
        self._cells: dict[str, Counter[Note]] = {}

    def add(self, notes: Iterable[Note]) -> None:
        """Count the notes of a row."""
        for note in notes:
            self._rows[note.column] += 1
            cells = self._cells.setdefault(note.column, Counter())
            if note in cells or len(cells) < MOST:
                cells[note] += 1

    def result(self) -> list[LeftEmpty]:
        """Return the counts, the columns with most cells first."""
        return [
            LeftEmpty(
                column,
                rows,
                [
                    Example(note.value, count, note.reason)
                    for note, count in self._cells[column].most_common(EXAMPLES)
                ],
            )
            for column, rows in self._rows.most_common()
        ]
