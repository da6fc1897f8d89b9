"""Reads an uploaded list as a user decided, and checks or applies it."""

import asyncio
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audiences.intake import columns, read
from audiences.intake.dry_run import mending
from audiences.intake.importing import ImportReport, Staged
from audiences.intake.lists.table import Table
from audiences.intake.mapping import plan
from audiences.intake.mapping.plan import Chosen
from mailer.errors import RefusedError
from mailer.sites.site import Site
from mailer.stewardship import importing
from mailer.web.console import acting

LEFT_OUT = "-"  # what a column becomes if it is left out
PLACE = re.compile(r"c\d{1,3}")  # the name of a column's choice
NO_HEADING = "Column %(number)s has no heading, so it cannot be chosen."
STRINGS = (NO_HEADING,)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a user decided about a list; texts are empty where nothing is decided."""

    columns: Mapping[str, str]  # c0, c1, … → what the column becomes
    basis: str
    sheet: str
    kind: str  # of organisations that have none
    stopped: bool  # every address is suppressed

    def query(self) -> dict[str, str]:
        """Return the decisions as fields of a form."""
        return {
            **self.columns,
            "basis": self.basis,
            "sheet": self.sheet,
            "kind": self.kind,
            "stopped": "yes" if self.stopped else "",
        }


def choices(given: Mapping[str, Any]) -> Choices:
    """Return the decisions of a form."""
    chosen = {
        key: str(value)
        for key, value in given.items()
        if PLACE.fullmatch(key) and value in {LEFT_OUT, *columns.NAMES}
    }
    return Choices(
        columns=chosen,
        basis=acting.typed(given, "basis"),
        sheet=acting.typed(given, "sheet")[:100],
        kind=acting.typed(given, "kind")[:40],
        stopped=bool(given.get("stopped")),
    )


def opened(path: Path, decided: Choices) -> Table:
    """Open a list; raise FileRefusedError if it is none, or contradicts a decision."""
    sheet = decided.sheet or None
    values = (f"kind={decided.kind}",) if decided.kind else ()
    first = plan.combined(None, Chosen(values=values))
    if not decided.columns:
        return read.open_table(path, sheet=sheet, mapping=first)
    headings = _headings(path, sheet)
    named, ignored = [], []
    for key, becomes in sorted(
        decided.columns.items(), key=lambda pair: int(pair[0][1:])
    ):
        place = int(key[1:])
        heading = headings[place] if place < len(headings) else ""
        if not heading.strip():
            raise RefusedError(NO_HEADING % {"number": place + 1})
        if becomes == LEFT_OUT:
            ignored.append(heading)
        else:
            named.append(f"{becomes}={heading}")
    chosen = Chosen(columns=tuple(named), values=values, ignored=tuple(ignored))
    mapping = plan.combined(None, chosen)
    return read.open_table(path, sheet=sheet, mapping=mapping)


def _headings(path: Path, sheet: str | None) -> tuple[str, ...]:
    return read.open_table(path, sheet=sheet).headings


async def check(
    site: Site, path: Path, decided: Choices
) -> tuple[Staged, ImportReport]:
    """Return what a list would change."""
    return await _run(site, path, decided, by="", apply=False)


async def apply(
    site: Site, path: Path, decided: Choices, *, by: str, expect: int
) -> ImportReport:
    """Write the valid rows of a list; raise if they are not as many as expected."""
    _, report = await _run(site, path, decided, by=by, apply=True, expect=expect)
    return report


async def _run(
    site: Site, path: Path, decided: Choices, *, by: str, apply: bool, **more: Any
) -> tuple[Staged, ImportReport]:
    async def act(own: Site) -> tuple[Staged, ImportReport]:
        return await importing.run(
            own,
            opened(path, decided),
            by=by,
            apply=apply,
            basis=decided.basis or None,
            as_stopped=decided.stopped,
            **more,
        )

    return await importing.apart(site, act)


async def to_mend(site: Site, path: Path, decided: Choices) -> bytes:
    """Return a workbook of the rows that have faults, with their reasons."""
    _, report = await check(site, path, decided)

    def written() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "mend.xlsx"
            mending.write(out, opened(path, decided), report.faults)
            return out.read_bytes()

    return await asyncio.to_thread(written)


def without_columns(decided: Choices) -> Choices:
    """Return the decisions without those about columns: another sheet has others."""
    return replace(decided, columns={})
