"""Reads the list of a source again: proposes what differs, or applies it.

Nothing is deleted. A contact who is no longer on the list is counted and shown, and a
person decides. A source that cannot be read keeps what it was.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import FileRefusedError
from audiences.intake import importing, read
from audiences.intake.importing import ImportReport, Staged, Transactions
from audiences.intake.lists.table import Table
from audiences.intake.mapping import plan
from audiences.sources import keeping, places
from audiences.sources.errors import SourceAwayError
from audiences.sources.models import ListSource
from audiences.sources.web import FetchLimits

SHOWN = 50  # addresses of departures
AGAIN = timedelta(hours=1)  # after which a list that was away is due again
_DIFFERENCES = (
    *("added", "changed", "memberships", "organisations_added", "newly_stopped"),
)


@dataclass(kw_only=True)
class SourceReading:
    """How a source was read; `state` and `said` are those of ListSource.

    Staged and report are None when the list was not read, because it is away, or is
    the file that was read before. `departed` counts the members who are not on the
    list, and `gone` has the addresses of the first.
    """

    state: str
    said: str | None = None
    digest: str | None = None
    staged: Staged | None = None
    report: ImportReport | None = None
    departed: int = 0
    gone: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, Any] | None:
        """Return the counts of the report that are kept."""
        if self.report is None:
            return None
        names = ("rows", "valid", "unchanged", *_DIFFERENCES)
        counted = {name: getattr(self.report, name) for name in names}
        return {**counted, "departed": self.departed}


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads sources of one store; `key` makes fingerprints of addresses."""

    transactions: Transactions
    key: bytes
    limits: FetchLimits
    now: Callable[[], datetime]

    async def read(
        self,
        source: ListSource,
        *,
        apply: bool,
        if_changed: bool = False,
        keep_departed: bool = False,
        by: str | None = None,
    ) -> SourceReading:
        """Read a source, and record how; return it.

        With `if_changed`, the file that was read before is not read again. With
        `keep_departed`, the members who are not on the list are not asked about again.
        `by` is the user who applies it; None if that is the ticker.
        """
        with tempfile.TemporaryDirectory(prefix="liaison-list-") as folder:
            try:
                copy, digest = await asyncio.to_thread(
                    places.copied, source.place, Path(folder), self.limits
                )
                if if_changed and digest == source.digest:
                    reading = SourceReading(state=source.state, digest=digest)
                else:
                    reading = await self._import(
                        source, copy, by, apply=apply, keep_departed=keep_departed
                    )
                    reading.digest = digest
            except SourceAwayError as fault:
                reading = SourceReading(state="away", said=str(fault))
            except FileRefusedError as fault:
                reading = SourceReading(state="refused", said=str(fault), digest=digest)
        async with self.transactions.transaction(writing=True) as session:
            await self._record(session, source, reading)
        return reading

    async def _import(
        self,
        source: ListSource,
        copy: Path,
        by: str | None,
        *,
        apply: bool,
        keep_departed: bool,
    ) -> SourceReading:
        reading = SourceReading(state="unchanged")

        async def members(session: AsyncSession) -> None:
            reading.departed, reading.gone = await keeping.departed(
                session, source.id, most=SHOWN
            )
            if apply:
                await keeping.take_members(session, source.id)
            if apply and keep_departed:
                await keeping.keep_departed(session, source.id)

        reading.staged, report = await importing.run(
            self.transactions,
            _table(source, copy),
            key=self.key,
            basis=source.basis,
            strict=source.strict,
            by=by or f"source {source.name}",
            now=self.now,
            apply=apply,
            also=members,
        )
        reading.report = report
        differs = any(getattr(report, name) for name in _DIFFERENCES)
        if apply:
            reading.state = "applied"
        elif differs or reading.departed:
            reading.state = "proposed"
        return reading

    async def _record(
        self, session: AsyncSession, source: ListSource, reading: SourceReading
    ) -> None:
        values: dict[str, Any] = {"state": reading.state, "said": reading.said}
        if reading.report is not None:
            values["counts"] = reading.counts
        if reading.digest is not None:
            values |= {"digest": reading.digest, "read_at": self.now()}
        elif source.due_at is not None:
            values["due_at"] = min(source.due_at, self.now() + AGAIN)
        await session.execute(
            update(ListSource)
            .where(ListSource.id == source.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )


def _table(source: ListSource, copy: Path) -> Table:
    """Return a copy of a list as a table, read as its source says."""
    return read.open_table(
        copy,
        encoding=source.encoding,
        sheet=source.sheet,
        repair=source.repair,
        mapping=plan.restored(source.mapping),
        preset=source.preset,
    )
