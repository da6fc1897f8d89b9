"""Finds cells beyond the headings: in CSV, one too many has moved the others."""

import sys

from audiences.intake.lists.table import Table
from audiences.intake.values.checked import Fault


class TooMany:
    """The most cells that a row of a table may have; `used` are those that are read."""

    def __init__(self, table: Table, used: int) -> None:
        self._headings = table.headings
        self.most = max(table.width, used) if table.shifts else sys.maxsize

    def fault(self, row: int, line: list[str]) -> Fault | None:
        """Return the fault of a row that is longer than `most`, if it has one."""
        while len(line) > self.most and not line[-1].strip():
            line.pop()
        if len(line) == self.most:
            return None
        expected = min(self.most, len(self._headings))
        last = self._headings[expected - 1].strip()
        reason = (
            f"found {len(line) - self.most + expected} cells, expected at most"
            f" {expected}, as there are headings: {last!r} is the last. Put quotation"
            " marks around a cell that contains the delimiter"
        )
        return Fault(row, last, line[self.most].strip()[:80], reason)
