"""`mailer contacts imports` and `undo`."""

from dataclasses import asdict

import rich_click as click

from audiences.intake.applied import undo
from audiences.intake.applied.undo import Undone
from audiences.intake.models import Import
from audiences.record import writing
from mailer import clock
from mailer.cli import acting, output
from mailer.cli.command import NUMBER, as_json, operator_option, with_site
from mailer.errors import counted
from mailer.sites.site import Site
from mailer.stewardship import importing


@click.command("imports", epilog="Example: mailer contacts imports")
@as_json
@with_site
async def imports_(site: Site, as_json: bool) -> None:
    """List the files that were imported, the latest first."""
    async with site.database.reading() as session:
        found = await undo.imports(session)
    if as_json:
        output.json_document([_document(each) for each in found])
        return
    columns = ("id", "file", "at", "by", "rows", "added", "changed", "undone at")
    rows = [
        (
            *(each.id, each.file, output.moment(each.at, site.zone), each.by),
            *(each.rows, each.added, each.changed),
            output.moment(each.undone_at, site.zone),
        )
        for each in found
    ]
    output.table("Imports", columns, rows)


def _document(made: Import) -> dict[str, object]:
    return {
        "id": made.id,
        "file": made.file,
        "at": made.at.isoformat(),
        "by": made.by,
        "rows": made.rows,
        "added": made.added,
        "changed": made.changed,
        "unchanged": made.unchanged,
        "undone_at": made.undone_at.isoformat() if made.undone_at else None,
    }


@click.command("undo", epilog="Example: mailer contacts undo 3 --apply")
@click.argument("import_id", type=NUMBER)
@click.option("--apply", is_flag=True, help="Undo it; else only show what that does.")
@operator_option
@as_json
@with_site
async def undo_(
    site: Site, import_id: int, apply: bool, operator: str, as_json: bool
) -> None:
    """Show what undoing an import does; undo it with --apply, or after a question.

    Rows that were used or changed since are kept, and so are opt-outs of its cells.
    """
    if not apply:
        would = await _undo(site, import_id, operator, keep=False)
        _print(import_id, would, applied=False, as_json=as_json)
        apply = not as_json and acting.ask(f"Undo import {import_id}?", yes=False)
        if not apply:
            if not as_json:
                output.line("nothing was undone; --apply does it")
            return
    done = await _undo(site, import_id, operator, keep=True)
    _print(import_id, done, applied=True, as_json=as_json)


def _print(import_id: int, done: Undone, *, applied: bool, as_json: bool) -> None:
    """Print what undoing an import does, or did."""
    output.done(
        {"import_id": import_id, "applied": applied, **asdict(done)},
        _outcome(done, "" if applied else "would be "),
        as_json=as_json,
    )


async def _undo(site: Site, import_id: int, operator: str, *, keep: bool) -> Undone:
    """Undo an import; without `keep`, take it back at once."""
    async with site.database.writing() as session:
        done = await importing.take_back(
            session, import_id, by=operator, now=clock.now()
        )
        if not keep:
            await writing.take_back(session)
    return done


def _outcome(done: Undone, verb: str) -> str:
    addresses = counted(done.lifted, "address")
    lifted = f", {addresses} {verb}no longer suppressed" if done.lifted else ""
    return (
        f"{done.file}: {counted(done.removed, 'contact')} and"
        f" {counted(done.memberships, 'further membership')} {verb}removed,"
        f" {counted(done.restored, 'row')} {verb}restored,"
        f" {done.kept:,} {verb}kept because they were used or changed since{lifted}"
    )
