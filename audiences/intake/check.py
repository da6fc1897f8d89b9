"""Checks one row of an import, cell by cell; each fault is a sentence.

Pure but for its memory of cells already seen: a million rows name few countries.
"""

import re
import unicodedata
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from audiences import address as addresses
from audiences.contacts import role_set
from audiences.errors import AddressRefusedError, RuleError
from audiences.intake.read import Table
from audiences.languages import OFFERED
from audiences.segments.facts import Values
from audiences.segments.vocabulary import Vocabulary

MAX_TEXT = 200  # characters in a name
RELATIONS = ("fields", "acts_in", "serves", "topics")  # cells that hold several codes
_SEPARATORS = re.compile(r"[\s,;|]+")
_DIRECTIONS = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One cell that cannot be taken, and why."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(kw_only=True, slots=True)
class Checked:
    """One row ready to be staged: columns of the staging table, and its links."""

    row: int
    values: dict[str, Any]
    links: list[tuple[str, str]] = field(default_factory=list)  # (relation, value)


class _CellError(Exception):
    """The cell cannot be taken; the message is the reason."""


class Checker:
    """Checks rows of one table against one vocabulary."""

    def __init__(
        self, table: Table, vocabulary: Vocabulary, *, key: bytes, basis: str | None
    ) -> None:
        self._positions = table.positions
        self._key = key
        self._basis = basis
        self._cells = _cells(vocabulary)

    def check(self, row: int, cells: list[str]) -> Checked | list[Fault]:
        """Return the row's values, or every fault found in it."""
        faults: list[Fault] = []
        read: dict[str, Any] = {}
        for column, position in self._positions.items():
            raw = cells[position].strip() if position < len(cells) else ""
            if not raw:
                continue
            try:
                read[column] = self._cells[column](raw)
            except _CellError as fault:
                faults.append(
                    Fault(row=row, column=column, value=raw[:80], reason=str(fault))
                )
        faults += self._missing(row, read, {fault.column for fault in faults})
        return faults or self._staged(row, read)

    def _missing(
        self, row: int, read: Mapping[str, Any], told: set[str]
    ) -> list[Fault]:
        missing = []
        if "address" not in read and "address" not in told:
            missing.append(("address", "every row needs an address"))
        if read.get("topics") and not (read.get("consent") or self._basis):
            missing.append(
                ("consent", "topics need a ground: fill this column or give --basis")
            )
        return [
            Fault(row=row, column=column, value="", reason=reason)
            for column, reason in missing
        ]

    def _staged(self, row: int, read: dict[str, Any]) -> Checked:
        address: addresses.Address = read.pop("address")
        links = [
            (relation, value)
            for relation in RELATIONS
            for value in read.get(relation, ())
        ]
        for relation in RELATIONS:
            if relation in read:
                read[relation] = " ".join(read[relation])
        names = {
            language: read.pop(f"organisation_name_{language}")
            for language in OFFERED
            if f"organisation_name_{language}" in read
        }
        if names:
            read["names"] = names
            read.setdefault("organisation_name", next(iter(names.values())))
        read.setdefault("consent", self._basis)
        read["address"] = address.text
        read["address_key"] = addresses.fingerprint(address.identity, key=self._key)
        return Checked(row=row, values=read, links=links)


def _cells(vocabulary: Vocabulary) -> dict[str, Callable[[str], Any]]:
    one = lru_cache(maxsize=50_000)(_one(vocabulary))

    def of(values: Values) -> Callable[[str], str]:
        return lambda raw: one(raw, values)

    def several(values: Values) -> Callable[[str], tuple[str, ...]]:
        return lambda raw: tuple(sorted({one(each, values) for each in _split(raw)}))

    def roles(raw: str) -> int:
        return role_set(one(each.lower(), Values.ROLE) for each in _split(raw))

    def spoken(raw: str) -> str:
        ordered = [one(each, Values.LANGUAGE) for each in _split(raw)]
        return " ".join(dict.fromkeys(ordered))

    texts = ["name", "organisation_name", "acronym", "consent"]
    texts += [f"organisation_name_{language}" for language in OFFERED]
    return {
        **dict.fromkeys(texts, _free_text),
        "address": _address,
        "roles": roles,
        "languages": spoken,
        "organisation_languages": spoken,
        "timezone": _timezone,
        "organisation": _code,
        "kind": of(Values.KIND),
        "status": of(Values.STATUS),
        "level": of(Values.LEVEL),
        "country": of(Values.COUNTRY),
        "fields": several(Values.FIELD),
        "acts_in": several(Values.COUNTRY),
        "serves": several(Values.COUNTRY),
        "topics": several(Values.TOPIC),
    }


def _split(raw: str) -> list[str]:
    return [each for each in _SEPARATORS.split(raw) if each]


def _one(vocabulary: Vocabulary) -> Callable[[str, Values], str]:
    def one(raw: str, values: Values) -> str:
        try:
            return vocabulary.resolve(raw, values, rule=raw, column=1)
        except RuleError as fault:
            raise _CellError(fault.sentence) from None

    return one


def _address(raw: str) -> addresses.Address:
    try:
        return addresses.parse(raw)
    except AddressRefusedError as fault:
        raise _CellError(fault.reason) from None


def _free_text(raw: str) -> str:
    if len(raw) > MAX_TEXT:
        raise _CellError(f"{len(raw)} characters, at most {MAX_TEXT}")
    for position, character in enumerate(raw, start=1):
        if character in _DIRECTIONS or character in "\u2028\u2029":
            kind = "an invisible direction or line mark"
        elif unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}:
            kind = "a line break" if character in "\r\n\x85" else "a control character"
        else:
            continue
        raise _CellError(
            f"{kind} (U+{ord(character):04X}) at character {position}; remove it"
        )
    return raw


def _code(raw: str) -> str:
    if not re.fullmatch(r"[^\W_][\w.-]{0,79}", raw):
        raise _CellError("a code has letters, digits, points and hyphens, at most 80")
    return raw


@lru_cache(maxsize=1000)
def _timezone(raw: str) -> str:
    try:
        return str(zoneinfo.ZoneInfo(raw))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise _CellError("not a time zone such as Africa/Dakar") from None
