"""The rows of an import that are checked: contacts, organisations, stops and faults."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audiences.intake.values.details import GivenDetails
from audiences.intake.values.memory import Note
from audiences.intake.wishes import optouts
from audiences.languages import OFFERED
from audiences.suppressions import Why

# Columns of the contact, then of its organisation.
WISHES = (*optouts.COLUMNS, optouts.OPT_IN)
AS_STOPPED = "the whole list"
OWN = (
    *("address", "name", "function", "roles", "languages", "timezone"),
    *("topics", "consent"),
)
NAMES = tuple(f"organisation_name_{language}" for language in OFFERED)
BODY_CELLS = (
    *("organisation_name", "acronym", "kind", "status", "level", "country"),
    *("organisation_languages", "organisation_telephones"),
    *("organisation_postal_address", "organisation_website"),
    *("fields", "acts_in", "serves"),
)
SETS = tuple(BODY_CELLS.index(name) for name in ("fields", "acts_in", "serves"))
ABOUT = ("organisation", *BODY_CELLS, *NAMES)


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that is not valid, and why; or a remark on a cell that is taken."""

    row: int
    column: str
    value: str
    reason: str


class Body(NamedTuple):
    """What rows state about an organisation; `row` is the first row that states it."""

    row: int
    organisation: str  # its code, folded
    code: str
    cells: tuple[str | None, ...]  # in the order of BODY_CELLS
    names: dict[str, str] | None  # by language

    @property
    def sets(self) -> tuple[str, ...]:
        """Return the cells with several codes, without empty ones."""
        return tuple(cell for place in SETS if (cell := self.cells[place]))


class CheckedRow(NamedTuple):
    """One contact of a valid row, or its organisation alone; ready to be staged."""

    row: int
    address: str | None
    address_key: bytes | None
    name: str | None
    function: str | None
    roles: int | None
    languages: str | None
    timezone: str | None
    topics: str | None
    consent: str | None
    details: GivenDetails | None
    body: Body | None


class ToSuppress(NamedTuple):
    """An address that the list says must not be written to."""

    address_key: bytes
    reason: Why
    said: str  # the cell that says so


class Checked(NamedTuple):
    """The contacts of a row, its stops, or its faults.

    `remarks` are on what was taken otherwise than it stands.
    """

    rows: Sequence[CheckedRow] = ()
    faults: Sequence[Fault] = ()
    remarks: Sequence[Fault] = ()
    left: Sequence[Note] = ()  # cells that are left empty
    stops: Sequence[ToSuppress] = ()

    def on_function(self, given: CheckedRow, roles: frozenset[str]) -> "Checked":
        """Add a remark if a function is the code of a role, and no role is given."""
        words = (given.function or "").lower().replace(",", " ").split()
        if given.roles or not words or not roles.issuperset(words):
            return self
        reason = "taken as a job title; a role belongs in the column roles"
        remark = Fault(given.row, "function", given.function or "", reason)
        return self._replace(remarks=[*self.remarks, remark])

    def noted(self, row: int, notes: Sequence[Note]) -> "Checked":
        """Add the notes on the cells of the row."""
        repaired = [
            Fault(row, note.column, note.value, note.reason)
            for note in notes
            if not note.left
        ]
        return self._replace(
            remarks=[*self.remarks, *repaired],
            left=[note for note in notes if note.left],
        )


def missing(row: int, column: str, reason: str) -> Fault:
    """Return the fault of a cell that is empty and may not be."""
    return Fault(row, column, "", reason)
