"""Reads from a row whether its reader wants letters, in the columns that say so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from audiences.intake.lists.table import Table
from audiences.intake.values.cell import CellError
from audiences.intake.values.checked import AS_STOPPED, WISHES, Fault, missing
from audiences.intake.wishes import optouts
from audiences.suppressions import Why

UNANSWERED = (
    "does not say whether this reader agreed; write yes or no, or say what empty cells"
    " mean with --set opt_in=no"
)


class Wished:
    """The columns of a table that say who wants no letters."""

    def __init__(
        self,
        table: Table,
        parse: Mapping[str, Callable[[str], Any]],
        *,
        as_stopped: bool,
    ) -> None:
        """With `as_stopped`, each address of the table is to be suppressed."""
        self._columns = [
            (table.positions[name], parse[name], name == optouts.OPT_IN)
            for name in WISHES
            if name in table.positions
        ]
        self._address = table.positions.get("address", -1)
        self._as_stopped = as_stopped

    def stop(self, line: Sequence[str]) -> tuple[Why, str] | None:
        """Return why the row must not be written to and the cell; None if it may.

        Raises CellError for a cell that is not understood, or lacks its answer.
        """
        for position, parse, is_opt_in in self._columns:
            reason = parse(line[position])
            if reason is not None:
                return reason, line[position].strip()
            if is_opt_in and self._lacks(line, position):
                raise CellError(UNANSWERED)
        return (Why.ASKED, AS_STOPPED) if self._as_stopped else None

    def faults(self, row: int, line: Sequence[str]) -> list[Fault]:
        """Return the fault of a row that does not say whether its reader agreed."""
        for position, _, is_opt_in in self._columns:
            if is_opt_in and self._lacks(line, position):
                return [missing(row, optouts.OPT_IN, UNANSWERED)]
        return []

    def _lacks(self, line: Sequence[str], position: int) -> bool:
        """Whether a row with an address has no answer."""
        if self._as_stopped or line[position].strip():
            return False
        return bool(line[self._address].strip())
