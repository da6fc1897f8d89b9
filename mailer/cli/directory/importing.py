"""`mailer contacts import`: a dry run first, then the same with --apply."""

import dataclasses
from functools import partial
from pathlib import Path
from typing import Any

import rich_click as click

from audiences.intake import read
from audiences.intake.dry_run import mending
from audiences.intake.importing import ImportReport, Staged
from audiences.intake.lists.table import Table
from audiences.intake.mapping import plan
from audiences.intake.mapping.plan import Mapping
from mailer.cli import acting, output
from mailer.cli.command import as_json, with_site
from mailer.cli.directory import import_report
from mailer.cli.directory.columns_chosen import with_mapping
from mailer.cli.saving import saving
from mailer.errors import RefusedError, counted
from mailer.sites.site import Site
from mailer.stewardship import importing


@click.command("import", epilog="Example: mailer contacts import partners.xlsx --apply")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help="Write the valid rows.")
@click.option("--basis", help="Why readers get the topics; kept as evidence.")
@click.option("--encoding", help="The file's encoding; else it is found by its words.")
@click.option("--sheet", help="A sheet's name or number; all: every visible one.")
@click.option(
    "--repair", is_flag=True, help="Undo damage of other programs: Ã© becomes é."
)
@click.option(
    "--strict", is_flag=True, help="Refuse a row for any cell that is not understood."
)
@click.option(
    "--as",
    "taken_as",
    type=click.Choice(["contacts", "stopped"]),
    default="contacts",
    help="stopped: every address is suppressed, and nothing else is read.",
)
@click.option(
    "--write-map",
    type=click.Path(path_type=Path),
    help="Write what the columns become to this file, to edit it for --map.",
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path),
    help="Write the rows to mend to this .xlsx or .csv, with their reasons.",
)
@click.option("--expect", type=int, help="With --apply, refuse another number of rows.")
@click.option("--by", "user", help="The user who imports, with --apply; else you.")
@with_mapping
@as_json
@with_site
async def import_(
    site: Site,
    file: Path,
    apply: bool,
    basis: str | None,
    encoding: str | None,
    sheet: str | None,
    repair: bool,
    strict: bool,
    taken_as: str,
    write_map: Path | None,
    faults: Path | None,
    expect: int | None,
    user: str | None,
    mapping: Mapping,
    preset: str | None,
    as_json: bool,
) -> int | None:
    """Check a list of contacts; with --apply, write the valid rows.

    A list is CSV, a workbook (XLSX, ODS, XLS) or an address book (vCard).
    Shows what each column becomes, faults by their reason, and what would change.
    """
    by = await acting.user(site, user) if apply else ""  # a check records nothing
    given: dict[str, Any] = {"sheet": sheet, "repair": repair, "preset": preset}
    opened = partial(read.open_table, file, encoding=encoding, mapping=mapping, **given)
    table = opened()
    if write_map is not None:
        _write_map(write_map, table)
    options = {"basis": basis, "strict": strict, "as_stopped": taken_as == "stopped"}
    staged, report = await _run(site, table, by, expect, apply=apply, **options)
    mended = mending.write(faults, opened(), report.faults) if faults else 0
    if as_json:
        output.json_document(dataclasses.asdict(report))
        return _code(report)
    import_report.show(staged, report, applied=apply)
    if faults:
        output.line(f"{counted(mended, 'row')} to mend in {faults}")
    return _code(report)


def _code(report: ImportReport) -> int | None:
    """Return the exit code: 1 if the list has faults and no valid row."""
    return 1 if report.faults and not report.valid else None


async def _run(
    site: Site,
    table: Table,
    by: str,
    expect: int | None,
    *,
    apply: bool,
    **options: Any,
) -> tuple[Staged, ImportReport]:
    """Run the import with its progress."""
    with output.progress() as bar:
        task = bar.add_task(f"reading {table.name}", total=None)
        return await importing.run(
            site,
            table,
            by=by,
            apply=apply,
            expect=expect,
            **options,
            progress=lambda rows: bar.update(task, completed=rows),
        )


def _write_map(path: Path, table: Table) -> None:
    """Write the proposal of a table; refuse to overwrite a file."""
    if table.layout is None:
        raise RefusedError(
            f"{table.name} has no columns to choose a meaning for; leave out"
            " --write-map"
        )
    if path.exists():
        raise RefusedError(f"{path} is there already; name a new file")
    with saving(path) as file:
        file.write(plan.text(table.layout.mapping, name=table.name).encode())
