"""`mailer contacts sources`: lists that stay where they are and are read again."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import rich_click as click

from audiences.intake.importing import ImportReport
from audiences.intake.lists.table import place
from audiences.intake.mapping import plan
from audiences.intake.mapping.plan import Mapping
from audiences.sources import keeping, places, web
from audiences.sources.models import ListSource
from audiences.sources.reading import SourceReading
from mailer import clock
from mailer.cli import acting, output
from mailer.cli.command import as_json, by_option, operator_option, with_site
from mailer.cli.directory.columns_chosen import with_mapping
from mailer.errors import RefusedError, counted
from mailer.processes import chores
from mailer.sites.site import Site
from mailer.stewardship import importing
from scheduler import zones

SHOWN = 10  # faults
NAME = re.compile(r"[^\W_][\w-]{0,79}")


@click.group()
def command() -> None:
    """Keep lists that stay where they are, and read them again."""


@command.command("list", epilog="Example: mailer contacts sources list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the sources, with how each was read last and when it is due."""
    async with site.database.reading() as session:
        found = await keeping.listed(session)
    if as_json:
        output.json_document([_shape(each) for each in found])
        return
    columns = ("name", "place", "cadence", "state", "departed", "read", "due")
    rows = [
        (
            *(each.name, each.place, each.cadence, each.state),
            (each.counts or {}).get("departed", 0),
            output.moment(each.read_at, site.zone),
            output.moment(each.due_at, site.zone),
        )
        for each in found
    ]
    output.table("Sources", columns, rows)
    for each in found:
        if each.said:
            output.line(f"{each.name}: {each.said}")


def _shape(source: ListSource) -> dict[str, Any]:
    counts = source.counts or {}
    return {
        "name": source.name,
        "place": source.place,
        "cadence": source.cadence,
        "zone": source.zone,
        "rule": "apply" if source.applies else "propose",
        "sheet": source.sheet,
        "encoding": source.encoding,
        "preset": source.preset,
        "mapping": source.mapping,
        "repair": source.repair,
        "strict": source.strict,
        "state": source.state,
        "said": source.said,
        "departed": counts.get("departed", 0),
        "counts": source.counts,
        "read_at": source.read_at.isoformat() if source.read_at else None,
        "due_at": source.due_at.isoformat() if source.due_at else None,
    }


@command.command(
    epilog="Example: mailer contacts sources add partners /srv/lists --basis Partners"
)
@click.argument("name")
@click.argument("place")
@click.option("--cadence", help="When it is read again: 'daily 02:30'; else by hand.")
@click.option("--zone", default="UTC", show_default=True, help="Of the cadence.")
@click.option(
    "--rule",
    type=click.Choice(["propose", "apply"]),
    default="propose",
    show_default=True,
    help="What the ticker does with differences.",
)
@click.option("--basis", help="Why readers get the topics; kept as evidence.")
@click.option("--sheet", help="A sheet's name or number; all: every visible one.")
@click.option("--encoding", help="The file's encoding; else it is detected.")
@click.option("--repair", is_flag=True, help="Undo damage: Ã© becomes é.")
@click.option(
    "--strict", is_flag=True, help="Refuse a row for any cell that is not understood."
)
@with_mapping
@by_option
@as_json
@with_site
async def add(
    site: Site,
    name: str,
    place: str,
    cadence: str | None,
    zone: str,
    rule: str,
    mapping: Mapping,
    by: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Add a list: a file, a folder (its newest list), or an https address.

    It is read each time as the options say; they are those of `contacts import`.
    The host of an address must be one of sources.hosts in config.toml.
    """
    now = clock.now()
    source = ListSource(
        name=_checked_name(name),
        place=_checked_place(site, place),
        cadence=cadence,
        zone=zones.named(zone).key,
        applies=rule == "apply",
        mapping=plan.stored(mapping),
        added_at=now,
        added_by=by,
        due_at=chores.following(cadence, zone, now),
        state="new",
        **options,
    )
    async with site.database.writing() as session:
        await keeping.add(session, source)
    said = f"see what it would change: mailer contacts sources read {name}"
    output.done({"name": name, "place": source.place}, said, as_json=as_json)


def _checked_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise RefusedError(
            f"{name!r} cannot name a source; expected letters, digits and hyphens"
        )
    return name


def _checked_place(site: Site, place: str) -> str:
    """Return the place, a path as an absolute one; refuse what is not there."""
    if places.is_web(place):
        return web.check(place, site.settings.sources.hosts).geturl()
    path = Path(place).resolve()
    if not path.exists():
        raise RefusedError(f"{path} does not exist; expected a file or a folder")
    if not (path.is_file() or path.is_dir()):
        raise RefusedError(
            f"{path} is a pipe or a device, which cannot be read again; name a file or"
            " a folder"
        )
    return str(path)


@command.command(epilog="Example: mailer contacts sources read partners --apply")
@click.argument("name")
@click.option("--apply", is_flag=True, help="Write the valid rows.")
@click.option(
    "--keep-departed",
    is_flag=True,
    help="With --apply: ask no more about contacts who are not on the list.",
)
@click.option("--by", "user", help="The user who imports, with --apply; else you.")
@as_json
@with_site
async def read(
    site: Site,
    name: str,
    apply: bool,
    keep_departed: bool,
    user: str | None,
    as_json: bool,
) -> None:
    """Read a list again: show what differs, or with --apply write it.

    A contact who is no longer on the list is shown, and never removed.
    """
    if keep_departed and not apply:
        raise click.UsageError("--keep-departed needs --apply")
    by = await acting.user(site, user) if apply else None
    async with site.database.reading() as session:
        source = await keeping.named(session, name)
    async with chores.reader(site) as opened:
        reading = await opened.read(
            source, apply=apply, keep_departed=keep_departed, by=by
        )
    if apply and reading.staged is not None:
        importing.append_stops(site.root, reading.staged.stops.values(), clock.now())
    if reading.said is not None:
        raise RefusedError(reading.said)
    if as_json:
        output.json_document(
            {
                "name": name,
                "state": reading.state,
                "departed": reading.departed,
                "gone": reading.gone,
                "report": reading.report and dataclasses.asdict(reading.report),
            }
        )
    elif reading.report is not None:
        _show(name, reading.report, reading, applied=apply)


def _show(
    name: str, report: ImportReport, reading: SourceReading, *, applied: bool
) -> None:
    """Print how a list was read, what differs, and who has left it."""
    output.line(
        f"{name}: {report.form}, {counted(report.rows, 'row')}, {report.valid:,} valid"
    )
    for note in report.notes:
        output.line(note)
    for fault in report.faults[:SHOWN]:
        row = place(report.parts, fault.row)
        output.line(f"row {row}, {fault.column}: {fault.reason}")
    if len(report.faults) > SHOWN:
        output.line(f"… and {len(report.faults) - SHOWN} further faults; see --json")
    verb = "" if applied else "would be "
    output.line(
        f"{counted(report.added, 'contact')} {verb}added,"
        f" {report.changed:,} {verb}changed,"
        f" {counted(report.memberships, 'further membership')} {verb}added"
    )
    if report.newly_stopped:
        output.line(f"{counted(report.newly_stopped, 'address')} {verb}suppressed")
    for question in report.questions:
        output.line(f"to be answered first: {question}")
    if reading.departed:
        _show_departed(reading, applied=applied)
    if applied:
        output.line(f"undo with: mailer contacts undo {report.import_id}")
    else:
        output.line("nothing was written; --apply writes the valid rows")


def _show_departed(reading: SourceReading, *, applied: bool) -> None:
    output.line(
        f"no longer on the list: {counted(reading.departed, 'contact')}, which stay:"
    )
    for address in reading.gone:
        output.line(f"  {address}")
    if reading.departed > len(reading.gone):
        output.line(f"  … and {reading.departed - len(reading.gone)} more")
    if not applied:
        output.line("if they are to stay: --apply --keep-departed")


@command.command(epilog="Example: mailer contacts sources remove partners")
@click.argument("name")
@operator_option
@as_json
@with_site
async def remove(site: Site, name: str, operator: str, as_json: bool) -> None:
    """Forget a source; the contacts that were on its list stay."""
    async with site.database.writing() as session:
        await keeping.remove(session, name, by=operator, now=clock.now())
    said = f"{name} is no longer read; its contacts stay"
    output.done({"name": name}, said, as_json=as_json)
