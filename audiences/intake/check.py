"""Checks the rows of an import, cell by cell; each fault is a sentence.

Parsed cells are cached, because rows repeat countries, codes and organisations. What
rows state about their organisation is parsed once for all rows with the same cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

from audiences import addresses
from audiences.contacts import Role
from audiences.export.guarding import unguarded
from audiences.intake import cells
from audiences.intake.cells import CellError, Parse
from audiences.intake.read import Table
from audiences.intake.values.details import CELLS, COLUMNS, GivenDetails
from audiences.intake.values.typed_addresses import Typed
from audiences.intake.wishes import optouts
from audiences.languages import OFFERED
from audiences.organisations import folded
from audiences.people import former_keys
from audiences.segments.vocabularies import Vocabulary
from audiences.suppressions import Why

CACHED = 10_000  # cells of one column, or organisations
MAX_CELL = 2_000  # characters; the codes of all countries have 800

# Columns of the contact, then of its organisation.
WISHES = tuple(optouts.COLUMNS)
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
ROLE_CODES = frozenset((role.name or "").lower() for role in Role)
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
    stops: Sequence[ToSuppress] = ()


def parsed(parse: Parse, raw: str) -> Any:
    """Parse a cell; raise CellError if it is faulty or longer than any good one."""
    if len(raw) > MAX_CELL:
        raise CellError(f"{len(raw)} characters; at most {MAX_CELL} are read")
    return parse(raw)


class _Memory(dict[str, Any]):
    """The parsed cells of one column, by their text; faults are not cached."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    def __missing__(self, raw: str) -> Any:
        bare = unguarded(raw.strip())
        value = parsed(self._parse, bare) if bare else None
        if len(self) >= CACHED:
            self.clear()
        self[raw] = value
        return value


class Checker:
    """Checks rows of one table against one vocabulary."""

    def __init__(
        self,
        table: Table,
        vocabulary: Vocabulary,
        *,
        key: bytes,
        basis: str | None,
        as_stopped: bool = False,
    ) -> None:
        self._positions = table.positions
        self._fingerprint = addresses.fingerprints(key)
        self._basis = basis
        self._as_stopped = as_stopped
        self._wishes = [
            (table.positions[name], name) for name in WISHES if name in table.positions
        ]
        self._parsers = cells.parsers(vocabulary)
        self._cached = {
            name: _Memory(parse).__getitem__ for name, parse in self._parsers.items()
        }
        self._width = 1 + max(table.positions.values())
        blank = -1  # `check` adds an empty cell at the end of each row
        self._own = itemgetter(*(table.positions.get(name, blank) for name in OWN))
        self._about = tuple(name for name in ABOUT if name in table.positions)
        self._more = [name for name in COLUMNS if name in table.positions]
        given = [table.positions[name] for name in self._about]
        self._body_cells = itemgetter(*given, blank)
        self._bodies: dict[Any, Body | None] = {}
        self.former_keys = False  # whether an address had another key before

    def check(self, row: int, line: list[str]) -> Checked:
        """Return the contacts of a row, or all its faults; `line` is changed."""
        if len(line) < self._width:
            line.extend([""] * (self._width - len(line)))
        line.append("")
        try:
            if self._wishes or self._as_stopped:
                stop = self._stop(line)
                if stop is not None:
                    return self._stopped(line, *stop)
            return self._values(row, line)
        except CellError:
            return Checked(faults=self._faults(row, line))

    def _stop(self, line: list[str]) -> tuple[Why, str] | None:
        """Return why the row must not be written to and the cell; None if it may."""
        for position, name in self._wishes:
            reason = self._cached[name](line[position])
            if reason is not None:
                return reason, line[position].strip()
        return (Why.ASKED, AS_STOPPED) if self._as_stopped else None

    def _stopped(self, line: list[str], reason: Why, said: str) -> Checked:
        """Return the addresses of a row that must not be written to, and no contact."""
        typed = parsed(cells.addresses, self._own(line)[0].strip())
        return Checked(
            stops=[
                ToSuppress(self._fingerprint(each.address.identity), reason, said[:80])
                for each in typed
            ]
        )

    def _values(self, row: int, line: list[str]) -> Checked:
        raw, name, function, roles, languages, timezone, topics, consent = self._own(
            line
        )
        parse = self._cached
        raw = raw.strip()
        # a quotation mark in front is one that a spreadsheet puts before a text
        address = None if raw[:1] == "'" else addresses.plain(raw)
        typed = parsed(cells.addresses, raw) if raw and address is None else []
        topics = parse["topics"](topics)
        consent = parse["consent"](consent) or self._basis
        if topics and not consent:
            raise CellError  # `_faults` gives the reason
        given = CheckedRow(
            row,
            address.text if address else None,
            self._fingerprint(address.identity) if address else None,
            parse["name"](name),
            parse["function"](function),
            parse["roles"](roles),
            parse["languages"](languages),
            parse["timezone"](timezone),
            topics,
            consent,
            self._details(line) if self._more else None,
            self._body(row, line),  # last: later rows refer to the body of a good row
        )
        if address is not None:
            checked = Checked((given,))
        else:
            checked = self._typed(given, raw, typed) if typed else self._alone(given)
        return self._about_function(checked, given) if function else checked

    def _about_function(self, checked: Checked, given: CheckedRow) -> Checked:
        """Add a remark if a function has the form of a role, and no role is given."""
        words = (given.function or "").lower().replace(",", " ").split()
        if given.roles or not words or not ROLE_CODES.issuperset(words):
            return checked
        reason = "taken as a job title; a role belongs in the column roles"
        remark = Fault(given.row, "function", given.function or "", reason)
        return checked._replace(remarks=[*checked.remarks, remark])

    def _details(self, line: list[str]) -> GivenDetails | None:
        """Parse the details of a row; cells are not cached, because few repeat."""
        values = {
            name: parsed(self._parsers[name], raw)
            for name in self._more
            if (raw := line[self._positions[name]].strip())
        }
        if not values:
            return None
        seconds: list[Typed] = values.get("second_address", [])
        return GivenDetails(
            cells=tuple(map(values.get, CELLS)),
            tags=values.get("tags", ()),
            seconds={
                self._fingerprint(each.address.identity): each.address.text
                for each in seconds
            },
        )

    def _typed(self, given: CheckedRow, raw: str, typed: list[Typed]) -> Checked:
        """Return a contact for each address of a cell."""
        self.former_keys |= any(
            former_keys.has_own_key(each.address.text) for each in typed
        )
        remarks = dict.fromkeys(each.remark for each in typed if each.remark)
        return Checked(
            rows=[
                given._replace(
                    address=each.address.text,
                    address_key=self._fingerprint(each.address.identity),
                    name=given.name or each.name,
                )
                for each in typed
            ],
            remarks=[
                Fault(given.row, "address", raw[:80], remark) for remark in remarks
            ],
        )

    def _alone(self, given: CheckedRow) -> Checked:
        """Return a row without an address, for its organisation."""
        if given.body is None:
            raise CellError  # `_faults` gives the reason
        blank: dict[str, Any] = dict.fromkeys((*OWN, "details"))
        row = given._replace(**blank)
        about = (given.name, given.function, given.roles, given.topics, given.details)
        if not any(about):
            return Checked((row,))
        reason = "no address: the organisation is taken, this contact is not"
        shown = given.name or ""
        return Checked((row,), remarks=[Fault(given.row, "address", shown, reason)])

    def _body(self, row: int, line: list[str]) -> Body | None:
        given = self._body_cells(line)
        try:
            return self._bodies[given]
        except KeyError:
            body = self._parse_body(row, line)
        if len(self._bodies) >= CACHED:
            self._bodies.clear()
        self._bodies[given] = body
        return body

    def _parse_body(self, row: int, line: list[str]) -> Body | None:
        values = {
            column: self._cached[column](line[self._positions[column]])
            for column in self._about
        }
        code = values.get("organisation")
        if code is None:
            return None
        names = {
            language: values[column]
            for language, column in zip(OFFERED, NAMES, strict=True)
            if values.get(column)
        }
        if names and not values.get("organisation_name"):
            values["organisation_name"] = next(iter(names.values()))
        return Body(
            row, folded(code), code, tuple(map(values.get, BODY_CELLS)), names or None
        )

    def _faults(self, row: int, line: list[str]) -> list[Fault]:
        faults: list[Fault] = []
        values: dict[str, Any] = {}
        wanted = ("address", *WISHES) if self._as_stopped else self._positions
        for column in wanted:
            position = self._positions.get(column, -1)
            raw = unguarded(line[position].strip())
            if not raw:
                continue
            try:
                values[column] = parsed(self._parsers[column], raw)
            except CellError as fault:
                faults.append(Fault(row, column, raw[:80], str(fault)))
        faulty = {fault.column for fault in faults}
        if "address" not in values and "address" not in faulty:
            if self._as_stopped or any(values.get(name) for name in WISHES):
                return [_missing(row, "address", "an opt-out needs an address")]
            reason = "a row needs an address, or an organisation to be taken alone"
            if not values.get("organisation") and "organisation" not in faulty:
                faults.append(_missing(row, "address", reason))
        if values.get("topics") and not (values.get("consent") or self._basis):
            reason = "topics need a basis of consent: fill this column or give --basis"
            faults.append(_missing(row, "consent", reason))
        return faults


def _missing(row: int, column: str, reason: str) -> Fault:
    return Fault(row, column, "", reason)
