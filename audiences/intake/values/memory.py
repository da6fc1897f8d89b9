"""Parses the cells of one column, and remembers what they mean.

Cells repeat. A cell that is not understood in a column that may be empty is left empty,
and noted each time, so that the report can count it.
"""

from typing import Any, NamedTuple

from audiences.export.guarding import unguarded
from audiences.intake.encodings import damage
from audiences.intake.values.cell import CellError, Parse, parsed
from audiences.intake.wishes import optouts

CACHED = 10_000  # cells of one column
OPTED_OUT = (
    "says that this reader opted out; name its column with --column opt_out=HEADING"
)


class Note(NamedTuple):
    """A cell that is taken otherwise than it stands, and why.

    `left` if all or a part of it is left empty; else it is repaired.
    """

    column: str
    value: str
    reason: str
    left: bool = False


def refusal(cell: str, fault: CellError, *, lenient: bool) -> str | None:
    """Return why a cell refuses its row; None if it is left empty instead.

    A cell that says that its reader opted out is never left empty.
    """
    if not lenient:
        return str(fault)
    return OPTED_OUT if optouts.tells(cell) else None


class Memory(dict[str, Any]):
    """The parsed cells of one column, by their text; faults are not cached.

    With `lenient`, a cell that is not valid gives None and a note.
    """

    def __init__(
        self, column: str, parse: Parse, notes: list[Note], *, lenient: bool
    ) -> None:
        self._column, self._parse = column, parse
        self._notes = notes
        self._lenient = lenient
        self._noted: dict[str, tuple[Any, Note]] = {}  # not cached: noted each time

    def __missing__(self, raw: str) -> Any:
        known = self._noted.get(raw)
        if known is None:
            bare = unguarded(raw.strip())
            try:
                value = parsed(self._parse, bare) if bare else None
            except CellError as fault:
                refused = refusal(bare, fault, lenient=self._lenient)
                if refused is not None:
                    raise CellError(refused) from None
                note = Note(self._column, bare[:80], str(fault), left=True)
                known = fault.rest, note
                self._keep(self._noted, raw, known)
            else:
                self._keep(self, raw, value)
                return value
        self._notes.append(known[1])
        return known[0]

    @staticmethod
    def _keep(cache: dict[str, Any], raw: str, value: Any) -> None:
        if len(cache) >= CACHED:
            cache.clear()
        cache[raw] = value


class Repairing(Memory):
    """Texts of one column, whose parser may change them: line breaks, damage."""

    def __missing__(self, raw: str) -> Any:
        value = super().__missing__(raw)
        if value is None:
            return value
        bare = raw.strip()
        remark = f"read as {value}" if value != bare else damage.doubt(value)
        if remark is not None:
            self._notes.append(Note(self._column, bare[:80], remark))
            self.pop(raw, None)  # so that each row has its remark
        return value
