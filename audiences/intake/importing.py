"""Imports one file: runs the steps from reading to the report.

Staging takes no lock and can take minutes. Planning and applying then read the
directory as it is at that moment. The caller provides the transactions.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import FileRefusedError
from audiences.intake import planning, stage
from audiences.intake.applied import applying, recorded
from audiences.intake.check import Checker
from audiences.intake.dry_run import differences
from audiences.intake.dry_run.differences import Change, NewOrganisation
from audiences.intake.dry_run.grouping import FaultGroup, groups
from audiences.intake.lists.table import SheetPart, Table
from audiences.intake.mapping.layout import Layout
from audiences.intake.matching import conflicts
from audiences.intake.values import bodies
from audiences.intake.values.checked import CheckedRow, Fault, ToSuppress
from audiences.intake.values.left_empty import LeftEmpty, Tally
from audiences.intake.wishes import stopping
from audiences.people import former_keys
from audiences.segments import vocabularies
from audiences.store import permission
from audiences.store.permission import DirectoryRight

PROGRESS_EVERY = 1_000  # rows
MAX_EMPTY = 100_000  # rows without a value


class Transactions(Protocol):
    """Opens transactions on one connection, so that the staging tables stay."""

    def transaction(
        self, *, writing: bool
    ) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction; without `writing` it takes no lock."""
        ...


@dataclass(kw_only=True)
class Staged:
    """The result of reading and staging a file."""

    file: str
    form: str
    notes: list[str]
    parts: list[SheetPart]
    layout: Layout | None = None
    encoding: str | None = None  # of a CSV file
    cells: tuple[str, ...] = ()  # some that are not ASCII, as they are read
    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    faulty_rows: int = 0
    remarks: list[Fault] = field(default_factory=list)
    stops: dict[bytes, ToSuppress] = field(default_factory=dict)  # by fingerprint
    left_empty: Tally = field(default_factory=Tally)

    def remark(self, remarks: Sequence[Fault]) -> None:
        """Keep the first MAX_FAULTS remarks."""
        self.remarks += remarks[: max(0, stage.MAX_FAULTS - len(self.remarks))]

    def note(self, faults: Sequence[Fault], *, rows: int = 1) -> None:
        """Count rows with faults, and keep the first MAX_FAULTS faults."""
        self.faulty_rows += rows
        self.faults += faults[: max(0, stage.MAX_FAULTS - len(self.faults))]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import changed, or would change; the numbers are those of ImportPlan."""

    rows: int
    valid: int
    added: int
    changed: int
    unchanged: int
    memberships: int
    organisations: int
    organisations_added: int
    form: str  # how the file was read
    notes: list[str]  # sentences on how the file was read
    parts: list[SheetPart]  # the sheets, if several were read
    faults: list[Fault]
    remarks: list[Fault]  # on cells that are taken otherwise than they stand
    stopped: int  # addresses that the list says must not be written to
    newly_stopped: int  # of these, those that were not suppressed before
    columns: list[dict[str, Any]]  # what each column of the list becomes
    questions: list[str]  # to be answered before the list is applied
    groups: list[FaultGroup]  # the faults by their reason
    changes: list[Change]  # of a dry run: the values that would be replaced
    made: list[NewOrganisation]  # of a dry run: the organisations that would be added
    left_empty: list[LeftEmpty]  # cells that are not understood
    encoding: str | None  # of a CSV file
    cells: list[str]  # some that are not ASCII, as they are read
    import_id: int | None = None

    @property
    def written(self) -> int:
        """Return how many rows it adds or changes, and addresses it suppresses."""
        return self.valid - self.unchanged + self.newly_stopped


def _require(report: ImportReport, expect: int | None) -> None:
    """Raise FileRefusedError if an import writes another number than expected."""
    if expect is not None and report.written != expect:
        raise FileRefusedError(
            f"nothing was written: the list would write {report.written:,} rows now,"
            f" not {expect:,}; check it again"
        )


async def run(
    transactions: Transactions,
    table: Table,
    *,
    key: bytes,
    basis: str | None,
    strict: bool = False,
    by: str,
    now: Callable[[], datetime],
    apply: bool = True,
    as_stopped: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
    also: Callable[[AsyncSession], Awaitable[None]] | None = None,
    expect: int | None = None,
) -> tuple[Staged, ImportReport]:
    """Check a file and import its valid rows; without `apply`, only report.

    `key` makes fingerprints; `basis` is that of rows without one. `as_stopped` takes
    every address as one that must not be written to. With `strict`, a row is refused
    for an optional cell that is not understood. `progress` gets the rows read so far.
    `also` is called in the transaction of the plan; `expect` rows are applied or none.
    """
    if apply and not (as_stopped and "address" in table.positions):
        _refuse_open_questions(table)
    async with transactions.transaction(writing=False) as session:
        if apply:
            await permission.require(session, by, DirectoryRight.DIRECTORY)
        options = {"basis": basis, "strict": strict, "as_stopped": as_stopped}
        checker = await _checker(session, table, key=key, **options)
        staged = await _stage(session, table, checker, progress)
    async with transactions.transaction(writing=apply) as session:
        if apply:
            report = await _apply(session, staged, by=by, now=now())
            _require(report, expect)
            await _carry_over(session, checker, report, key)
        else:
            report = await _tried(session, staged)
        if also is not None:
            await also(session)
    return staged, report


async def _checker(session: AsyncSession, table: Table, **options: Any) -> Checker:
    return Checker(
        table,
        await vocabularies.load(session),
        await bodies.load(session, table.positions),
        **options,
    )


async def _carry_over(
    session: AsyncSession, checker: Checker, report: ImportReport, key: bytes
) -> None:
    """Suppress new contacts whose address was suppressed by its former key."""
    if checker.former_keys and report.import_id is not None:
        await former_keys.carry_over(session, report.import_id, key=key)


def _refuse_open_questions(table: Table) -> None:
    """Raise FileRefusedError if a column waits for a person's answer."""
    if table.layout is not None and table.layout.questions:
        raise FileRefusedError(
            "nothing was written, because a question is open: "
            + "; ".join(table.layout.questions)
        )


async def _stage(
    session: AsyncSession,
    table: Table,
    checker: Checker,
    progress: Callable[[int], None],
) -> Staged:
    staged = Staged(
        file=table.name,
        form=table.form,
        notes=table.notes,
        parts=table.parts,
        layout=table.layout,
    )
    if table.decoding is not None:
        staged.encoding = table.decoding.name
        staged.cells = table.decoding.cells
    await stage.create(session)
    await stage.load(session, _checked(table, checker, staged, progress))
    for each in await conflicts.remove_conflicts(session):
        staged.note(each.faults, rows=each.rows)
    return staged


async def _tried(session: AsyncSession, staged: Staged) -> ImportReport:
    """Return the report of a dry run."""
    new = await stopping.count_new(session, staged.stops.values())
    report = _report(staged, await planning.plan(session), new)
    return replace(
        report,
        changes=await differences.changes(session),
        made=await differences.made(session),
    )


async def _apply(
    session: AsyncSession, staged: Staged, *, by: str, now: datetime
) -> ImportReport:
    record, plan = await applying.apply(
        session, file=staged.file, by=by, now=now, rows=staged.rows
    )
    stops = staged.stops.values()
    new = await stopping.apply(session, stops, import_id=record.id, now=now)
    await recorded.note(session, record)
    return _report(staged, plan, new, record.id)


def _report(
    staged: Staged, plan: planning.ImportPlan, new: int, import_id: int | None = None
) -> ImportReport:
    layout = staged.layout
    staged.note(plan.faulty.faults, rows=plan.faulty.rows)
    staged.remark(plan.remarks)
    return ImportReport(
        rows=staged.rows,
        valid=staged.rows - staged.faulty_rows,
        added=plan.added,
        changed=plan.changed,
        unchanged=plan.unchanged,
        memberships=plan.memberships,
        organisations=plan.organisations,
        organisations_added=plan.organisations_added,
        form=staged.form,
        notes=staged.notes,
        parts=staged.parts,
        faults=sorted(staged.faults, key=lambda fault: fault.row),
        remarks=staged.remarks,
        stopped=len(staged.stops),
        newly_stopped=new,
        columns=[each._asdict() for each in layout.found] if layout else [],
        questions=list(layout.questions) if layout else [],
        groups=groups(staged.faults),
        changes=[],
        made=[],
        left_empty=staged.left_empty.result(),
        encoding=staged.encoding,
        cells=list(staged.cells),
        import_id=import_id,
    )


def _checked(
    table: Table, checker: Checker, staged: Staged, progress: Callable[[int], None]
) -> Iterator[CheckedRow]:
    empty = 0
    for number, cells in enumerate(table.rows, start=table.first_row):
        if not "".join(cells).strip():
            empty += 1
            if empty > MAX_EMPTY:
                raise FileRefusedError(
                    f"{table.name}, row {table.place(number)}: more than"
                    f" {MAX_EMPTY:,} empty rows; delete them"
                )
            continue
        staged.rows += 1
        if staged.rows % PROGRESS_EVERY == 0:
            progress(staged.rows)
        checked = checker.check(number, cells)
        yield from checked.rows
        for stop in checked.stops:
            staged.stops.setdefault(stop.address_key, stop)
        if checked.faults:
            staged.note(checked.faults)
        if checked.remarks:
            staged.remark(checked.remarks)
        if checked.left:
            staged.left_empty.add(checked.left)
