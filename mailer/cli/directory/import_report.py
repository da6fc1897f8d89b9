"""Shows an import, or its dry run, on a terminal."""

from collections.abc import Sequence

from audiences import characters
from audiences.intake.importing import ImportReport, Staged
from audiences.intake.lists.table import SheetPart, place
from audiences.intake.mapping.layout import Layout
from audiences.intake.stage import MAX_FAULTS
from audiences.intake.values.checked import Fault
from audiences.intake.values.left_empty import LeftEmpty
from mailer.cli import output
from mailer.errors import counted

SHOWN = 50  # lines of a table


def show(staged: Staged, report: ImportReport, *, applied: bool) -> None:
    """Print what was read, what is not valid, and what changes."""
    output.line(
        f"{staged.file}: {staged.form}, {counted(report.rows, 'row')},"
        f" {report.valid:,} valid"
    )
    for note in staged.notes:
        output.line(note)
    if staged.cells:
        cells = " · ".join(characters.printable(each) for each in staged.cells)
        output.line(f"read as {staged.encoding}: {cells}")
    if staged.layout is not None:
        _columns(staged.layout)
    _faults(report)
    _cells("Taken otherwise than written", "remark", report.remarks, report.parts)
    if len(report.remarks) > SHOWN:
        output.line(f"… and more remarks; --json lists {len(report.remarks):,}")
    _left_empty(report.left_empty)
    _differences(report)
    _counts(report, applied=applied)
    for question in report.questions:
        output.line(f"to be answered first: {question}")
    changes = report.valid > report.unchanged or report.newly_stopped
    if applied and not changes:
        output.line("the directory has all of this already; nothing is to undo")
    elif applied:
        output.line(
            "undo with: mailer contacts undo"
            f" {report.import_id}, which first shows what it does"
        )
    elif report.valid > report.unchanged:
        output.line("nothing was written; --apply writes the valid rows")


def _left_empty(left: Sequence[LeftEmpty]) -> None:
    """Print how many cells are left empty, with the most frequent."""
    if not left:
        return
    output.table(
        "Left empty, because not understood; --strict refuses these rows",
        ("column", "rows", "value", "reason"),
        [
            (each.column, example.rows, example.value, example.reason)
            for each in left
            for example in each.examples
        ],
    )
    output.line(
        "left empty: "
        + ", ".join(f"{each.column} in {each.rows:,} rows" for each in left)
    )


def _columns(layout: Layout) -> None:
    """Print what each column becomes, why, and two of its cells."""
    named = f" as {layout.preset} exports it" if layout.preset else ""
    rows = []
    for each in layout.found:
        becomes = each.column or ("left out?" if not each.sure else "left out")
        if each in layout.without_place:
            becomes = f"{each.column}: understood, but there is no place for it yet"
        rows.append((each.heading, becomes, each.why, " · ".join(each.cells)))
    output.table(f"Columns{named}", ("heading", "becomes", "why", "cells"), rows)
    unsure = [each for each in layout.left_out if not each.sure and each.heading]
    if unsure:
        output.line(
            "name a column that is left out with --column"
            f" COLUMN={unsure[0].heading!r}, or edit the file of --write-map"
        )


def _faults(report: ImportReport) -> None:
    """Print the faults: one by one if they are few, else by their reason."""
    if len(report.groups) < len(report.faults):
        output.table(
            "Cells to correct, by reason",
            ("cells", "column", "reason", "first rows", "values"),
            [
                (
                    each.count,
                    each.column,
                    each.reason,
                    ", ".join(place(report.parts, row) for row in each.rows),
                    " · ".join(filter(None, each.values)),
                )
                for each in report.groups[:SHOWN]
            ],
        )
    else:
        _cells("Cells to correct", "reason", report.faults, report.parts)
    if report.rows - report.valid > SHOWN:
        output.line(
            f"{report.rows - report.valid:,} rows have faults; --faults OUT.xlsx writes"
            f" those of the first {MAX_FAULTS:,} faults with their reasons, --json"
            " lists them"
        )


def _cells(
    title: str, heading: str, listed: Sequence[Fault], parts: Sequence[SheetPart]
) -> None:
    """Print the first faults or remarks, if there are any."""
    if listed:
        output.table(
            title,
            ("row", "column", "value", heading),
            [
                (place(parts, each.row), each.column, each.value, each.reason)
                for each in listed[:SHOWN]
            ],
        )


def _differences(report: ImportReport) -> None:
    """Print the values that would be replaced, and the organisations to be made."""
    if report.changes:
        output.table(
            "Values that would change",
            ("row", "of", "column", "before", "after"),
            [
                (
                    place(report.parts, each.row),
                    each.whose,
                    each.column,
                    each.before,
                    each.after,
                )
                for each in report.changes[:SHOWN]
            ],
        )
    if report.made:
        output.table(
            "Organisations that would be made",
            ("row", "code", "name"),
            [
                (place(report.parts, each.row), each.code, each.name)
                for each in report.made[:SHOWN]
            ],
        )


def _counts(report: ImportReport, *, applied: bool) -> None:
    """Print what is added, changed and left out, or would be."""
    verb = ("added", "changed") if applied else ("would be added", "would be changed")
    output.line(
        f"{counted(report.added, 'contact')} {verb[0]}, {report.changed:,} {verb[1]},"
        f" {report.unchanged:,} unchanged"
    )
    if report.memberships:
        output.line(
            f"{counted(report.memberships, 'further membership')} {verb[0]}: contacts"
            " of another organisation, too"
        )
    if report.organisations:
        bodies = counted(report.organisations, "organisation")
        output.line(f"{bodies} without a contact in the list")
    if report.organisations_added:
        output.line(f"{counted(report.organisations_added, 'organisation')} {verb[0]}")
    if report.stopped:
        output.line(
            f"left out, as not to be written to: {counted(report.stopped, 'address')};"
            f" {report.newly_stopped:,} of these"
            f" {'suppressed now' if applied else 'would be suppressed'}"
        )
