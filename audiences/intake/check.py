"""Checks the rows of an import, cell by cell; each fault is a sentence.

Parsed cells are cached, because rows repeat countries, codes and organisations. What
rows state about their organisation is parsed once for all rows with the same cells.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from audiences import addresses
from audiences.export.guarding import unguarded
from audiences.intake import cells
from audiences.intake.lists.table import Table
from audiences.intake.values.bodies import KnownBodies
from audiences.intake.values.cell import CellError, parsed
from audiences.intake.values.checked import (
    ABOUT,
    BODY_CELLS,
    NAMES,
    OWN,
    WISHES,
    Body,
    Checked,
    CheckedRow,
    Fault,
    ToSuppress,
    missing,
)
from audiences.intake.values.detail_cells import DetailCells
from audiences.intake.values.details import COLUMNS
from audiences.intake.values.memory import Memory, Note, Repairing, refusal
from audiences.intake.values.typed_addresses import Typed
from audiences.intake.values.whole_rows import WholeRows
from audiences.intake.values.wished import Wished
from audiences.intake.wishes import own_stops
from audiences.languages import OFFERED
from audiences.organisations import folded
from audiences.people import former_keys
from audiences.segments.vocabularies import Vocabulary
from audiences.suppressions import Why

CACHED = 10_000  # organisations


class Checker:
    """Checks rows of one table against one vocabulary."""

    def __init__(
        self,
        table: Table,
        vocabulary: Vocabulary,
        organisations: KnownBodies,
        *,
        key: bytes,
        basis: str | None,
        strict: bool = False,
        as_stopped: bool = False,
    ) -> None:
        """With `strict`, a cell of any column that is not understood is a fault."""
        self._positions = table.positions
        self._fingerprint = addresses.fingerprints(key)
        self._basis = basis
        self._as_stopped = as_stopped
        self._organisations = organisations
        self._parsers = cells.parsers(vocabulary, repair=table.repair)
        self._roles = frozenset(each.code for each in vocabulary.roles)
        self._lenient = frozenset() if strict else cells.OPTIONAL
        self._notes: list[Note] = []  # on the row that is being checked
        self._cached = {name: self._memory(name).__getitem__ for name in self._parsers}
        self._wished = Wished(table, self._cached, as_stopped=as_stopped)
        self._width = 1 + max(table.positions.values())
        self._own_stops = own_stops.of(table.headings)
        self._whole = WholeRows(table, self._width, watch=not as_stopped)
        blank = -1  # `check` adds an empty cell at the end of each row
        self._own = itemgetter(*(table.positions.get(name, blank) for name in OWN))
        self._about = tuple(name for name in ABOUT if name in table.positions)
        self._details = self._detail_cells(table)
        given = [table.positions[name] for name in self._about]
        self._body_cells = itemgetter(*given, blank)
        self._bodies: dict[Any, tuple[Body | None, Sequence[Note]]] = {}
        self.former_keys = False  # whether an address had another key before

    def _memory(self, column: str) -> Memory:
        kind = Repairing if column in cells.TEXTS else Memory
        lenient = column in self._lenient
        return kind(column, self._parsers[column], self._notes, lenient=lenient)

    def _detail_cells(self, table: Table) -> DetailCells | None:
        columns = [name for name in COLUMNS if name in table.positions]
        if not columns:
            return None
        return DetailCells(
            {name: (table.positions[name], self._parsers[name]) for name in columns},
            self._notes,
            fingerprint=self._fingerprint,
            lenient=self._lenient,
        )

    def check(self, row: int, line: list[str]) -> Checked:
        """Return the contacts of a row, or all its faults; `line` is changed."""
        if len(line) < self._width:
            line.extend([""] * (self._width - len(line)))
        fault = self._whole.fault(row, line)
        if fault is not None:
            return Checked(faults=[fault])
        line.append("")
        self._notes.clear()
        try:
            stop = self._wished.stop(line)
            if not stop and (noted := self._whole.noted(row, line)):
                return Checked(faults=[noted])
            checked = self._stopped(line, *stop) if stop else self._values(row, line)
            if self._own_stops:
                checked = self._own_stops.added(checked, line)
        except CellError:
            return Checked(faults=self._faults(row, line))
        return checked.noted(row, self._notes) if self._notes else checked

    def _stopped(self, line: list[str], reason: Why, said: str) -> Checked:
        """Return the addresses of a row that must not be written to, and no contact."""
        typed = parsed(cells.addresses, self._own(line)[0].strip()) or []
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
        typed = (
            parsed(cells.addresses, raw) if raw and address is None else None
        ) or []
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
            self._details.read(line) if self._details else None,
            self._body(row, line),  # last: later rows refer to the body of a good row
        )
        if address is not None:
            checked = Checked((given,))
        else:
            checked = self._typed(given, raw, typed) if typed else self._alone(given)
        return checked.on_function(given, self._roles) if function else checked

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
        known = self._bodies.get(given)
        if known is not None:
            self._notes += known[1]
            return known[0]
        before = len(self._notes)
        body = self._parse_body(row, line)
        if len(self._bodies) >= CACHED:
            self._bodies.clear()
        self._bodies[given] = body, tuple(self._notes[before:])
        return body

    def _parse_body(self, row: int, line: list[str]) -> Body | None:
        values = {
            column: self._cached[column](line[self._positions[column]])
            for column in self._about
        }
        code = values.get("organisation") or self._named(values)
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

    def _named(self, values: dict[str, Any]) -> str | None:
        """Return the code of an organisation in a list without codes.

        One that is known by this name keeps the names that it has.
        """
        if "organisation" in self._positions:
            return None
        given = ("organisation_name", *NAMES, "acronym")
        name = next((values[each] for each in given if values.get(each)), None)
        if name is None:
            return self._organisations.of_state(
                values.get("kind"), values.get("country")
            )
        code, new = self._organisations.code(name, values.get("acronym"))
        if new is None:
            values.update(dict.fromkeys(given))
        else:
            values["organisation_name"] = new
            self._note_twin(code, new, values.get("acronym"))
        return code

    def _note_twin(self, code: str, name: str, acronym: str | None) -> None:
        """Note that a new organisation has the acronym of one that is known."""
        known = self._organisations.alike(acronym)
        if known:
            reason = f"{known} has this acronym; {name[:60]} is taken as new, {code}"
            self._notes.append(Note("acronym", acronym or "", reason))

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
                reason = refusal(raw, fault, lenient=column in self._lenient)
                if reason is not None:
                    faults.append(Fault(row, column, raw[:80], reason))
        faults += self._wished.faults(row, line)
        faulty = {fault.column for fault in faults}
        if "address" not in values and "address" not in faulty:
            if self._as_stopped or any(values.get(name) for name in WISHES):
                return [missing(row, "address", "an opt-out needs an address")]
            reason = "a row needs an address, or an organisation to be taken alone"
            coded = "organisation" in self._positions
            body = "organisation" if coded else "organisation_name"
            if body not in values and "organisation" not in faulty:
                faults.append(missing(row, "address", reason))
        try:
            self._named(dict(values))
        except CellError as fault:
            shown = str(values.get("organisation_name", ""))[:80]
            faults.append(Fault(row, "organisation_name", shown, str(fault)))
        if values.get("topics") and not (values.get("consent") or self._basis):
            reason = "topics need a basis of consent: fill this column or give --basis"
            faults.append(missing(row, "consent", reason))
        return faults
