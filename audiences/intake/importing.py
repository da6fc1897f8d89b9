"""One import from file to report: the order of the steps, and nothing else.

Staging needs no lock and may take long; deciding and applying look at the directory
as it is at that moment. Transactions are the caller's.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake import applying, planning, stage
from audiences.intake.check import CheckedRow, Checker, Fault
from audiences.intake.read import Table
from audiences.segments import vocabularies

MAX_FAULTS = 10_000  # kept for the report; counting goes on
TOLD_EVERY = 1_000  # rows


class Transactions(Protocol):
    """Transactions of one connection: what is staged lasts from one to the next."""

    def transaction(
        self, *, writing: bool
    ) -> AbstractAsyncContextManager[AsyncSession]:
        """Begin one; without `writing` it takes no lock."""
        ...


@dataclass(kw_only=True)
class Staged:
    """What reading a file found."""

    file: str
    form: str
    unread: tuple[str, ...]
    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    faulty_rows: int = 0

    def note(self, faults: list[Fault]) -> None:
        """Count the rows with faults, and keep the first of them."""
        self.faulty_rows += len({fault.row for fault in faults})
        self.faults += faults[: max(0, MAX_FAULTS - len(self.faults))]


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What an import did, or would do."""

    rows: int
    valid: int
    added: int
    changed: int
    unchanged: int
    faults: list[Fault]
    import_id: int | None = None


async def run(
    held: Transactions,
    table: Table,
    *,
    key: bytes,
    basis: str | None,
    by: str,
    now: Callable[[], datetime],
    apply: bool = True,
    progress: Callable[[int], None] = lambda _rows: None,
) -> tuple[Staged, ImportReport]:
    """Read and check a file, then take its good rows; or only say what that would do.

    The clock is asked when the rows are taken: reading a long file takes minutes.
    """
    async with held.transaction(writing=False) as session:
        words = await vocabularies.load(session)
        checker = Checker(table, words, key=key, basis=basis)
        staged = await _stage(session, table, checker, progress)
    async with held.transaction(writing=apply) as session:
        if apply:
            return staged, await _carry_out(session, staged, by=by, now=now())
        return staged, _report(staged, await planning.plan(session))


async def _stage(
    session: AsyncSession,
    table: Table,
    checker: Checker,
    progress: Callable[[int], None],
) -> Staged:
    found = Staged(file=table.name, form=table.form, unread=table.unread)
    await stage.create(session)
    await stage.load(session, _checked(table, checker, found, progress))
    found.note(await stage.settle(session))
    return found


async def _carry_out(
    session: AsyncSession, staged: Staged, *, by: str, now: datetime
) -> ImportReport:
    record, plan = await applying.apply(
        session, file=staged.file, by=by, now=now, rows=staged.rows
    )
    return _report(staged, plan, record.id)


def _report(
    staged: Staged, plan: planning.ImportPlan, import_id: int | None = None
) -> ImportReport:
    staged.note(plan.faults)
    return ImportReport(
        rows=staged.rows,
        valid=staged.rows - staged.faulty_rows,
        added=plan.added,
        changed=plan.changed,
        unchanged=plan.unchanged,
        faults=sorted(staged.faults, key=lambda fault: fault.row),
        import_id=import_id,
    )


def _checked(
    table: Table, checker: Checker, found: Staged, progress: Callable[[int], None]
) -> Iterator[CheckedRow]:
    for number, cells in enumerate(table.rows, start=2):
        if not "".join(cells).strip():
            continue
        found.rows += 1
        if found.rows % TOLD_EVERY == 0:
            progress(found.rows)
        match checker.check(number, cells):
            case CheckedRow() as row:
                yield row
            case faults:
                found.note(faults)
