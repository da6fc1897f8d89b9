"""Finds rows that are no contacts: captions, notes and totals, and cells too many.

A cell of a column that is not read, or of free text, which says that its reader opted
out is a fault of its row, too: such a column may begin far below the rows by which
columns are known.
"""

import re
import sys

from audiences.intake.lists.table import Table
from audiences.intake.mapping import synonyms
from audiences.intake.mapping.state import BY_MAPPING, IGNORED, OF_FAULTS
from audiences.intake.values.checked import Fault
from audiences.intake.wishes import optouts, stopping

# columns of free text, in which people note a wish; a person who names the column knows
TEXTS = frozenset(("name", "function", "notes", "tags"))
LONGEST = 1_000  # characters of a text that are looked at
_PARTS = re.compile(r"[;,|\n.()\[\]]|\s[-–—/:]\s")
USUAL = 3  # cells of most rows, from which one with a single cell is a caption
_TOTALS = frozenset(
    map(
        synonyms.fold,
        (
            *("total", "totals", "grand total", "sum", "subtotal", "totaux"),
            *("total général", "sous-total", "total general", "totales", "suma"),
            *("gesamt", "summe", "insgesamt", "итого", "всего", "总计", "合计", "總計"),
            *("共计", "المجموع", "الإجمالي", "الاجمالي", "totais", "soma"),
        ),
    )
)


def _notes_a_wish(text: str, *, name: bool) -> bool:
    """Whether a part of a free text says that a reader opted out.

    Of a name it is a part beside it: Bounced and Refus are names of people, too.
    """
    if text.replace(" ", "").isalpha():  # as most names are: there is one part
        return not name and optouts.tells(text)
    parts = _PARTS.split(text[:LONGEST])
    return any(map(optouts.tells, parts[1:] if name else parts))


class WholeRows:
    """Tests of the whole rows of a table."""

    def __init__(self, table: Table, used: int, *, watch: bool) -> None:
        """Test rows of `used` columns; with `watch`, also those that are not read."""
        self._headings = table.headings
        self._most = max(table.width, used) if table.shifts else sys.maxsize
        self._address = table.positions.get("address", -1)
        self._captions = self._address >= 0 and table.usual_cells >= USUAL
        self._watch = watch and self._address >= 0
        self._below = ""  # a caption that says that those below it opted out
        self._width = len(table.headings)
        found = table.layout.found if table.layout is not None else ()
        own = stopping.OWN in table.headings  # our exports have each wish in its place
        self._texts = [
            (place, each.heading, each.column == "name")
            for place, each in enumerate(found)
            if watch and not own and each.column in TEXTS and each.why != BY_MAPPING
        ]
        self._unread = [
            (place, each.heading)
            for place, each in enumerate(found)
            if watch
            and each.column is None
            and each.heading
            and each.why not in {IGNORED, OF_FAULTS}
            and each.heading != stopping.OWN
        ]

    def fault(self, row: int, line: list[str]) -> Fault | None:
        """Return the fault of a row that is no contact; None for the others."""
        if len(line) > self._most and (fault := self._too_many(row, line)):
            return fault
        if self._watch and (fault := self._of_section(row, line)):
            return fault
        if self._captions and "@" not in line[self._address]:
            return self._caption(row, line)
        return None

    def noted(self, row: int, line: list[str]) -> Fault | None:
        """Return the fault of a row in which a text tells of a wish."""
        if self._captions and "@" not in line[self._address]:
            return None
        for place, heading, name in self._texts:
            if place < len(line) and _notes_a_wish(line[place], name=name):
                reason = (
                    "says that this reader opted out; write yes in a column opt_out, or"
                    " leave the row out"
                )
                return Fault(row, heading, line[place].strip()[:80], reason)
        for place, heading in self._unread:
            if place < len(line) and line[place] and optouts.tells(line[place]):
                reason = (
                    "says that this reader opted out, in a column that is not read;"
                    f" name it with --column opt_out={heading!r}"
                )
                return Fault(row, heading, line[place].strip()[:80], reason)
        return None

    def _of_section(self, row: int, line: list[str]) -> Fault | None:
        """Return the fault of a row below a caption such as “Unsubscribed”."""
        if "@" in line[self._address]:
            if not self._below:
                return None
            reason = (
                f"stands below {self._below!r}, which may say that it opted out: take"
                " these rows as a list of their own with --as stopped, or write yes or"
                " no for them in a column opt_out"
            )
            return Fault(row, "address", line[self._address].strip()[:80], reason)
        filled = [each.strip() for each in line[: self._width] if each.strip()]
        if len(filled) == 1 and filled[0] != self._below:
            named = optouts.is_caption(filled[0])
            self._below = filled[0][:60] if named else ""
        return None

    def _caption(self, row: int, line: list[str]) -> Fault | None:
        """Return the fault of a row without an address that is a caption or a total."""
        cells = [each.strip() for each in line[: self._width]]
        filled = [place for place, cell in enumerate(cells) if cell]
        if not filled:
            return None
        first = filled[0]
        label = cells[first].partition(":")[0].rstrip(" 0123456789=")
        if synonyms.fold(label) in _TOTALS:
            reason = "a row of totals; it is no contact and is not read"
        elif len(filled) == 1:
            reason = "the only cell of its row: a title or a note, which is not read"
        else:
            return None
        heading = self._headings[first].strip() or f"column {first + 1}"
        return Fault(row, heading, cells[first][:80], reason)

    def _too_many(self, row: int, line: list[str]) -> Fault | None:
        """Return the fault of a row with cells beyond the headings, if it has one.

        In CSV, one too many has moved the others.
        """
        while len(line) > self._most and not line[-1].strip():
            line.pop()
        if len(line) == self._most:
            return None
        expected = min(self._most, len(self._headings))
        last = self._headings[expected - 1].strip()
        reason = (
            f"found {len(line) - self._most + expected} cells, expected at most"
            f" {expected}, as there are headings: {last!r} is the last. Put quotation"
            " marks around a cell that contains the delimiter"
        )
        return Fault(row, last, line[self._most].strip()[:80], reason)
