"""Verifies the record: says what was changed, removed, moved or put in, and where.

A row is its number, its columns and body in UTF-8, its digest, and its personal part
with the key of the person, both None if there are none.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from audiences.record import chain, cutting
from audiences.record.chain import GENESIS, RecordEntry
from audiences.record.writing import ChainEnd
from mailer.store.anchors import FILE, Anchor
from mailer.store.identity import RESTORED

Row = tuple[Any, ...]
MOST = 20  # faults that are kept; all are counted
_PLAIN = b",null,null]"  # ends the body of a row without a personal part
_ERASED = b'"erased"'
_RESTORED = f'"{RESTORED}"'.encode()
_FORM = b'[%d,%%d,"%%b","%%b","%%b",' % chain.FORM


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditFault:
    """What is wrong with the record, at which row."""

    row: int
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditCut:
    """A row that says that the beginning of the record was cut off, up to a row."""

    row: int
    through: int
    digest: str
    at: str
    by: str
    days: float  # how long rows were kept, by the settings


@dataclass(kw_only=True)
class AuditResult:
    """What a verification found."""

    rows: int = 0
    last: int = 0  # the number of the last row
    faults: int = 0
    found: list[AuditFault] = field(default_factory=list)  # by row, at most MOST
    anchors: int = 0
    lost_anchors: int = 0  # of the time that a restore has lost
    cut_anchors: int = 0  # of rows that were cut off
    cuts: list[AuditCut] = field(default_factory=list)  # that rows tell, by row
    erased: int = 0  # rows whose personal part was erased
    restored: list[tuple[int, str]] = field(default_factory=list)  # row, instant
    end: bytes = GENESIS

    @property
    def first_fault(self) -> AuditFault | None:
        """Return the fault at the first row; None if there is no fault."""
        return min(self.found, key=lambda each: each.row, default=None)

    def say(self, row: int, sentence: str) -> None:
        """Count a fault, and keep it if it is one of the first."""
        self.faults += 1
        if len(self.found) < MOST:
            self.found.append(AuditFault(row=row, sentence=sentence))


class Auditor:
    """Verifies rows in the order of their numbers.

    `cut` is the last row that was cut off, and `told` the rows that are about the
    record itself, as numbers and bodies.
    """

    def __init__(
        self,
        anchors: Sequence[Anchor],
        faulty: Sequence[int] = (),
        *,
        cut: ChainEnd | None = None,
        told: Iterable[tuple[int, str]] = (),
    ) -> None:
        self.result = AuditResult(anchors=len(anchors))
        self._cut = cut
        self._cut_lines = [each for each in anchors if each.cut]
        cuts = (_told(*row) for row in told)
        self.result.cuts += [cut for cut in cuts if cut is not None]
        for line in faulty:
            self.result.say(0, f"line {line} of {FILE} is no anchor; it was changed")
        self._anchors: dict[int, list[Anchor]] = defaultdict(list)
        for each in anchors:
            self._anchors[each.number].append(each)
        self._wrong: list[Anchor] = []  # anchors that name another row
        self._removed: dict[str, int] = {}  # person → last row without their part
        self._erased: dict[str, int] = {}  # person → last row that erased them

    def verify(self, rows: Iterable[Row]) -> AuditResult:
        """Return what is wrong with all rows of a record."""
        result, anchors = self.result, self._anchors
        before, expected, sha256 = GENESIS, 0, hashlib.sha256
        if self._cut is not None:
            before, expected = self._cut.digest, self._cut.number
            self._look_at_cut(self._cut)
        for row in rows:
            number, at, by, about, body, digest, part, _ = row
            expected += 1
            result.rows += 1
            is_next = number == expected
            try:
                is_sound = is_next and sha256(before + body).digest() == digest
                is_sound = is_sound and body.startswith(_FORM % (number, at, by, about))
                is_plain = part is None and body.endswith(_PLAIN)
                is_plain = is_plain and _ERASED not in body and _RESTORED not in body
            except (TypeError, AttributeError):
                is_sound = is_plain = False
            if not is_sound and not self._look(row, expected, before):
                digest = digest if isinstance(digest, bytes) else b""
            if not is_plain:
                self._look_at_parts(row)
            if number in anchors:
                self._compare(anchors.pop(number), digest)
            before, expected = digest, number
        self._finish(expected)
        result.end, result.last = before, expected
        return result

    def _look(self, row: Row, expected: int, before: bytes) -> bool:
        """Say what is wrong with a row; return whether it is sound after all.

        It may follow a gap, or have letters that JSON escapes.
        """
        number, at, by, about, body, digest, *_ = row
        say = self.result.say
        if number > expected:
            which = f"rows {expected} to {number - 1} are"
            if number == expected + 1:
                which = f"row {expected} is"
            say(expected, f"{which} missing")
            return True
        if number < expected:
            say(number, f"row {number} has a number that no row of the record has")
            return False
        try:
            columns = [each.decode() for each in (at, by, about)]
            begins = chain.beginning(number, *columns).encode()
            if hashlib.sha256(before + body).digest() == digest:
                if body.startswith(begins):
                    return True
                say(number, f"row {number}: its columns are not what its body says")
                return True
        except (TypeError, AttributeError, ValueError):
            pass
        say(
            number,
            f"row {number} is not the one that was recorded after row {number - 1}: it"
            " was changed, moved or put in",
        )
        return False

    def _look_at_parts(self, row: Row) -> None:
        """Verify a personal part; keep who was erased and when a store was restored."""
        number, _, _, _, body, _, part, key = row
        try:
            entry = chain.read(body.decode())
        except (ValueError, TypeError, AttributeError, RecursionError):
            return  # said before: its digest cannot be right
        if entry.act == "erased":
            persons = entry.detail.get("persons", ()) if entry.detail else ()
            self._erased |= dict.fromkeys(persons, number)
        if entry.act == RESTORED:
            self.result.restored.append((number, entry.at))
        self._verify_part(entry, number, part, key)

    def _verify_part(
        self, entry: RecordEntry, number: int, part: Any, key: Any
    ) -> None:
        say = self.result.say
        if entry.seal is None:
            if part is not None:
                say(number, f"row {number} has a personal part that was put in")
            return
        if part is None:
            self.result.erased += 1
            person = entry.person or ""
            self._removed[person] = number
            return
        try:
            is_sealed = chain.personal_seal(key, number, part.decode()) == entry.seal
        except (TypeError, AttributeError, ValueError):
            is_sealed = False
        if not is_sealed:
            say(number, f"row {number}: its personal part was changed")

    def _compare(self, anchors: Sequence[Anchor], digest: bytes) -> None:
        self._wrong += [each for each in anchors if each.digest != digest]

    def _look_at_cut(self, cut: ChainEnd) -> None:
        """Say what is wrong with a cut: a row and a line of the file must tell it.

        A file that was begun later, after a restore on another machine, has no line.
        """
        first = min(self._anchors, default=cut.number)
        at_cut = self._anchors.pop(cut.number, [])
        self._compare(at_cut, cut.digest)
        for number in [each for each in self._anchors if each < cut.number]:
            self.result.cut_anchors += len(self._anchors.pop(number))
        which = (cut.number, cut.digest.hex())
        rows = [each.row for each in self.result.cuts if which == _end_of(each)]
        missing = f"rows 1 to {cut.number} are missing: they were cut off, but no"
        if not rows:
            self.result.say(cut.number, f"{missing} row of the record says so")
        elif first < rows[-1] and cut not in [each.end for each in self._cut_lines]:
            self.result.say(cut.number, f"{missing} line of {FILE} says so")

    def _finish(self, last: int) -> None:
        """Compare with the anchors, and look for parts that no erasure removed."""
        left = [each for every in self._anchors.values() for each in every]
        for each in (*self._wrong, *left):
            restored = self.result.restored
            if any(row <= each.number and each.at <= at for row, at in restored):
                self.result.lost_anchors += 1
            elif each.number > last:
                self.result.say(
                    last + 1,
                    f"the record ends with row {last}, but {FILE} names row"
                    f" {each.number} at {each.at}: its end was removed",
                )
            elif each.number:
                self.result.say(
                    each.number,
                    f"row {each.number} is not the one that {FILE} names at {each.at}:"
                    " it, or a row before it, was written again",
                )
        for person, number in self._removed.items():
            if self._erased.get(person, 0) <= number:
                self.result.say(
                    number,
                    f"row {number}: its personal part is missing, but no erasure of"
                    f" {person} is recorded",
                )


def _told(number: int, body: str) -> AuditCut | None:
    """Return the cut that a row tells; None if it tells none."""
    try:
        entry = chain.read(body)
        if entry.act != cutting.ACT:
            return None
        detail = entry.detail
        return AuditCut(
            row=number,
            through=int(detail["through"]),
            digest=str(detail["digest"]),
            at=entry.at,
            by=entry.by,
            days=float(detail["days"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None  # the verification says what is wrong with the row


def _end_of(cut: AuditCut) -> tuple[int, str]:
    return cut.through, cut.digest
