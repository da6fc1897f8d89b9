"""Parses the cells of a row with details of its contact, such as telephones.

They are not cached, because few repeat.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from audiences.export.guarding import unguarded
from audiences.intake.values.cell import CellError, Parse, parsed
from audiences.intake.values.details import GivenDetails
from audiences.intake.values.memory import Note, refusal
from audiences.intake.values.typed_addresses import Typed
from audiences.people.details import CELLS


class DetailCells:
    """The columns of details that a table has; `columns` are place and parser."""

    def __init__(
        self,
        columns: Mapping[str, tuple[int, Parse]],
        notes: list[Note],
        *,
        fingerprint: Callable[[str], bytes],
        lenient: Collection[str],
    ) -> None:
        """Give `notes` what is left empty, in the columns of `lenient`."""
        self._columns = columns
        self._notes = notes
        self._fingerprint = fingerprint
        self._lenient = lenient

    def read(self, line: list[str]) -> GivenDetails | None:
        """Return the details of a row; raise CellError if one refuses the row."""
        values = {
            name: self._value(name, parse, raw)
            for name, (place, parse) in self._columns.items()
            if (raw := unguarded(line[place].strip()))
        }
        if not values:
            return None
        seconds: list[Typed] = values.get("second_address") or []
        return GivenDetails(
            cells=tuple(map(values.get, CELLS)),
            tags=values.get("tags") or (),
            seconds={
                self._fingerprint(each.address.identity): each.address.text
                for each in seconds
            },
        )

    def _value(self, name: str, parse: Parse, raw: str) -> Any:
        try:
            return parsed(parse, raw)
        except CellError as fault:
            if refusal(raw, fault, lenient=name in self._lenient) is not None:
                raise
            self._notes.append(Note(name, raw[:80], str(fault), left=True))
            return fault.rest
