"""`mailer contacts`: import contacts, undo an import, show a contact."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import rich_click as click

from audiences import characters
from audiences.intake import importing, read, stage, undo
from audiences.intake.check import Fault
from audiences.intake.importing import ImportReport, Staged
from audiences.intake.values.left_empty import LeftEmpty
from audiences.person import person
from mailer import clock
from mailer.cli import acting, output
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.outbox import ledger
from mailer.reports import shapes
from mailer.sites.site import Site

SHOWN = 50  # faults, and remarks


@click.group()
def command() -> None:
    """Import contacts, undo an import, show a contact."""


@command.command(
    "import", epilog="Example: mailer contacts import partners.xlsx --apply"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help="Write the valid rows.")
@click.option("--basis", help="Why readers get the topics; kept as evidence.")
@click.option("--encoding", help="The file's encoding; else it is found by its words.")
@click.option(
    "--repair", is_flag=True, help="Undo damage of other programs: Ã© becomes é."
)
@click.option(
    "--strict", is_flag=True, help="Refuse a row for any cell that is not understood."
)
@click.option("--by", "user", help="The user who imports, with --apply; else you.")
@as_json
@with_site
async def import_(
    site: Site,
    file: Path,
    apply: bool,
    basis: str | None,
    encoding: str | None,
    repair: bool,
    strict: bool,
    user: str | None,
    as_json: bool,
) -> int | None:
    """Check a CSV or XLSX file of contacts; with --apply, write the valid rows.

    Each faulty cell is shown with its row, column, value and reason.
    """
    by = await acting.user(site, user) if apply else ""  # a check records nothing
    table = read.open_table(file, encoding=encoding, repair=repair)
    with output.progress() as bar:
        task = bar.add_task(f"reading {table.name}", total=None)
        async with site.database.connection() as held:
            staged, report = await importing.run(
                held,
                table,
                key=site.address_key,
                basis=basis,
                strict=strict,
                by=by,
                now=clock.now,
                apply=apply,
                progress=lambda rows: bar.update(task, completed=rows),
            )
    if as_json:
        output.json_document(dataclasses.asdict(report))
    else:
        _show(staged, report, applied=apply)
    return 1 if report.faults and not report.valid else None


def _show(staged: Staged, report: ImportReport, *, applied: bool) -> None:
    output.line(
        f"{staged.file}: {staged.form}, {report.rows} rows, {report.valid} valid"
    )
    if staged.cells:
        cells = " · ".join(characters.printable(each) for each in staged.cells)
        output.line(f"read as {staged.encoding}: {cells}")
    if staged.unread:
        output.line(f"ignored columns: {', '.join(staged.unread)}")
    _show_cells("Cells to correct", "reason", report.faults)
    if len(report.faults) > SHOWN:
        output.line(
            f"… and more: {report.rows - report.valid:,} rows have faults; --json"
            f" lists the first {stage.MAX_FAULTS:,}"
        )
    _show_cells("Taken otherwise than written", "remark", report.remarks)
    if len(report.remarks) > SHOWN:
        output.line(f"… and more remarks; --json lists {len(report.remarks):,}")
    _show_left_empty(report.left_empty)
    _show_changes(report, applied=applied)
    if applied:
        output.line(f"undo with: mailer contacts undo {report.import_id}")
    elif report.valid > report.unchanged:
        output.line("nothing was written; --apply writes the valid rows")


def _show_cells(title: str, heading: str, listed: Sequence[Fault]) -> None:
    """Print the first faults or remarks, if there are any."""
    if listed:
        output.table(
            title,
            ("row", "column", "value", heading),
            [
                (each.row, each.column, each.value, each.reason)
                for each in listed[:SHOWN]
            ],
        )


def _show_left_empty(left: Sequence[LeftEmpty]) -> None:
    """Print how many cells are left empty, with the most frequent."""
    if left:
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


def _show_changes(report: ImportReport, *, applied: bool) -> None:
    """Print what is added and changed, or would be."""
    verb = ("added", "changed") if applied else ("would be added", "would be changed")
    output.line(
        f"{report.added} contacts {verb[0]}, {report.changed} {verb[1]},"
        f" {report.unchanged} unchanged"
    )
    if report.memberships:
        output.line(
            f"{report.memberships} further memberships {verb[0]}: these addresses are"
            " contacts of another organisation, too"
        )
    if report.organisations:
        output.line(f"{report.organisations} rows are organisations without a contact")
    if report.organisations_added:
        output.line(f"{report.organisations_added} organisations {verb[0]}")


@command.command("undo", epilog="Example: mailer contacts undo 3")
@click.argument("import_id", type=NUMBER)
@with_site
async def undo_(site: Site, import_id: int) -> None:
    """Undo an import; rows that were used or changed since are kept."""
    async with site.database.writing() as session:
        done = await undo.undo(
            session,
            import_id,
            in_use=ledger.written_to(),
            membership_in_use=ledger.written_to_by(),
            now=clock.now(),
        )
    output.line(
        f"{done.removed} contacts and {done.memberships} further memberships removed,"
        f" {done.restored} rows restored,"
        f" {done.kept} kept because they were used or changed since"
    )


@command.command(epilog="Example: mailer contacts show unesco-liaison@icom.example")
@click.argument("address")
@as_json
@with_site
async def show(site: Site, address: str, as_json: bool) -> None:
    """Show the facts about one contact, and its subscriptions with their evidence."""
    async with site.database.reading() as session:
        contact = await person(session, address, key=site.address_key)
        facts = shapes.person(contact)
    if as_json:
        output.json_document(facts)
        return
    _show_person(facts)


def _show_person(facts: Mapping[str, Any]) -> None:
    """Print the facts that have a value, and each change of consent."""
    shown = {
        **facts,
        "memberships": [_membership(each) for each in facts["memberships"]],
    }
    rows = [
        (name.replace("_", " "), value)
        for name, value in shown.items()
        if value and name not in {"address", "subscriptions", "consent"}
    ]
    output.table(str(facts["address"]), ("fact", "value"), rows)
    output.table(
        "Subscriptions: each change with its evidence",
        ("topic", "standing", "day", "how", "basis"),
        [
            (
                each["topic"],
                each["standing"],
                (each["at"] or "")[:10],
                each["how"],
                each["basis"],
            )
            for each in facts["consent"]
        ],
    )


def _membership(each: Mapping[str, Any]) -> str:
    """Return a further membership in words: `icom (focal_point)`."""
    roles = ", ".join(each["roles"])
    return f"{each['organisation']} ({roles})" if roles else str(each["organisation"])
