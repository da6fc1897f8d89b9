"""Checks one row of an import, cell by cell; each fault is a sentence.

Pure but for its memory of cells already seen: a million rows name few countries, and
what a row says of its organisation is read once for all rows that say the same.
"""

from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from audiences import addresses
from audiences.intake import cells
from audiences.intake.cells import CellError, Parse
from audiences.intake.read import Table
from audiences.languages import OFFERED
from audiences.segments.vocabularies import Vocabulary

REMEMBERED = 10_000  # cells of one column, or organisations

OWN = ("address", "name", "roles", "languages", "timezone", "topics", "consent")
NAMES = tuple(f"organisation_name_{language}" for language in OFFERED)
BODY_CELLS = (  # of the organisation
    *("organisation_name", "acronym", "kind", "status", "level", "country"),
    *("organisation_languages", "fields", "acts_in", "serves"),
)
SETS = tuple(BODY_CELLS.index(name) for name in ("fields", "acts_in", "serves"))
ABOUT = ("organisation", *BODY_CELLS, *NAMES)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One cell that cannot be taken, and why."""

    row: int
    column: str
    value: str
    reason: str


class Body(NamedTuple):
    """What rows say of an organisation, known by the first row that says it."""

    row: int
    organisation: str
    cells: tuple[str | None, ...]  # in the order of BODY_CELLS
    names: dict[str, str] | None  # by language

    @property
    def sets(self) -> tuple[str, ...]:
        """Return the cells that hold several codes."""
        return tuple(cell for place in SETS if (cell := self.cells[place]))


class CheckedRow(NamedTuple):
    """One row ready to be staged."""

    row: int
    address: str
    address_key: bytes
    name: str | None
    roles: int | None
    languages: str | None
    timezone: str | None
    topics: str | None
    consent: str | None
    body: Body | None


class _Memory(dict[str, Any]):
    """What the cells of one column were read as; a fault is not remembered."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    def __missing__(self, raw: str) -> Any:
        bare = raw.strip()
        value = self._parse(bare) if bare else None
        if len(self) >= REMEMBERED:
            self.clear()
        self[raw] = value
        return value


class Checker:
    """Checks rows of one table against one vocabulary."""

    def __init__(
        self, table: Table, vocabulary: Vocabulary, *, key: bytes, basis: str | None
    ) -> None:
        self._positions = table.positions
        self._fingerprint = addresses.fingerprints(key)
        self._basis = basis
        self._parsers = cells.parsers(vocabulary)
        self._read = {
            name: _Memory(parse).__getitem__ for name, parse in self._parsers.items()
        }
        self._width = 1 + max(table.positions.values())
        blank = -1  # the empty cell `check` puts at the end of each row
        self._own = itemgetter(*(table.positions.get(name, blank) for name in OWN))
        self._about = tuple(name for name in ABOUT if name in table.positions)
        given = [table.positions[name] for name in self._about]
        self._body_cells = itemgetter(*given, blank)
        self._bodies: dict[Any, Body | None] = {}

    def check(self, row: int, line: list[str]) -> CheckedRow | list[Fault]:
        """Return the row's values, or every fault found in it."""
        if len(line) < self._width:
            line.extend([""] * (self._width - len(line)))
        line.append("")
        try:
            return self._taken(row, line)
        except CellError:
            return self._faults(row, line)

    def _taken(self, row: int, line: list[str]) -> CheckedRow:
        raw, name, roles, languages, timezone, topics, consent = self._own(line)
        read = self._read
        address = cells.address(raw.strip())
        topics = read["topics"](topics)
        consent = read["consent"](consent) or self._basis
        if topics and not consent:
            raise CellError
        return CheckedRow(
            row,
            address.text,
            self._fingerprint(address.identity),
            read["name"](name),
            read["roles"](roles),
            read["languages"](languages),
            read["timezone"](timezone),
            topics,
            consent,
            self._body(row, line),
        )

    def _body(self, row: int, line: list[str]) -> Body | None:
        given = self._body_cells(line)
        try:
            return self._bodies[given]
        except KeyError:
            body = self._read_body(row, line)
        if len(self._bodies) >= REMEMBERED:
            self._bodies.clear()
        self._bodies[given] = body
        return body

    def _read_body(self, row: int, line: list[str]) -> Body | None:
        said = {
            column: self._read[column](line[self._positions[column]])
            for column in self._about
        }
        code = said.get("organisation")
        if code is None:
            return None
        names = {
            language: said[column]
            for language, column in zip(OFFERED, NAMES, strict=True)
            if said.get(column)
        }
        if names and not said.get("organisation_name"):
            said["organisation_name"] = next(iter(names.values()))
        return Body(row, code, tuple(map(said.get, BODY_CELLS)), names or None)

    def _faults(self, row: int, line: list[str]) -> list[Fault]:
        faults: list[Fault] = []
        read: dict[str, Any] = {}
        for column, position in self._positions.items():
            raw = line[position].strip()
            if not raw:
                continue
            try:
                read[column] = self._parsers[column](raw)
            except CellError as fault:
                faults.append(
                    Fault(row=row, column=column, value=raw[:80], reason=str(fault))
                )
        faulty = {fault.column for fault in faults}
        if "address" not in read and "address" not in faulty:
            faults.append(_missing(row, "address", "every row needs an address"))
        if read.get("topics") and not (read.get("consent") or self._basis):
            reason = "topics need a ground: fill this column or give --basis"
            faults.append(_missing(row, "consent", reason))
        return faults


def _missing(row: int, column: str, reason: str) -> Fault:
    return Fault(row=row, column=column, value="", reason=reason)
