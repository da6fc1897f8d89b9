"""`mailer organisations list`, `show` and `export`."""

from pathlib import Path

import rich_click as click

from audiences.export import bodies, listed_bodies, rows
from audiences.export.bodies import Bodies
from audiences.export.formats import Form
from audiences.export.listed_bodies import WantedBodies
from audiences.record import changes
from audiences.record.changes import Changed
from audiences.upkeep import finding
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.people.exporting import columns_option, form_option
from mailer.cli.people.histories import show_history
from mailer.cli.people.selecting import bodies_options, limit_option
from mailer.cli.saving import out_option, saving_table
from mailer.errors import RefusedError, counted
from mailer.reports import histories, people
from mailer.sites.site import Site


@click.command(
    "list", epilog="Example: mailer organisations list --kind ngo --country SN"
)
@bodies_options
@limit_option
@click.option("--after", help="The last code of the page before.")
@as_json
@with_site
async def list_(
    site: Site,
    wanted: WantedBodies,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List organisations, a page at a time."""
    known = Bodies()
    async with site.database.reading() as session:
        last = (await finding.organisation(session, after)).id if after else 0
        found = await listed_bodies.numbers(
            session, wanted, after=last, limit=limit + 1
        )
        await known.load(session, found)
    listed = [people.body(known[number]) for number in found[:limit]]
    if as_json:
        output.json_document(listed)
        return
    keys = ("organisation", "organisation_name", "kind", "status", "country", "fields")
    table = [tuple(each[key] for key in keys) for each in listed]
    output.table("Organisations", [key.replace("_", " ") for key in keys], table)
    if len(found) > limit:
        output.say(f"there are more; go on with --after {listed[-1]['organisation']}")


@click.command(epilog="Example: mailer organisations show icom")
@click.argument("code")
@as_json
@with_site
async def show(site: Site, code: str, as_json: bool) -> None:
    """Show an organisation: facts, contacts and history."""
    known = Bodies()
    async with site.database.reading() as session:
        found = await finding.organisation(session, code)
        await known.load(session, [found.id])
        facts = people.body(known[found.id]) | {
            "confirmed": found.confirmed_at and found.confirmed_at.isoformat(),
            "retired": found.retired_at and found.retired_at.isoformat(),
            "version": found.updated_at.isoformat(),
            "contacts": list(await listed_bodies.addresses(session, found.id)),
            "history": [
                histories.change(each)
                for each in await changes.history(
                    session, Changed.ORGANISATION, found.id
                )
            ],
        }
    if as_json:
        output.json_document(facts)
        return
    shown = [
        (name.replace("_", " "), value)
        for name, value in facts.items()
        if value and name not in {"organisation", "history", "version"}
    ]
    output.table(str(facts["organisation"]), ("fact", "value"), shown)
    show_history(facts["history"])


@click.command(epilog="Example: mailer organisations export --kind ngo --out ngos.csv")
@bodies_options
@form_option
@columns_option
@out_option
@with_site
async def export(
    site: Site,
    wanted: WantedBodies,
    form: str,
    columns: str | None,
    out: Path | None,
) -> None:
    """Write organisations to a file, which can be imported again."""
    if form == Form.VCF:
        raise RefusedError("organisations have no vCards; choose csv, xlsx or json")
    names = rows.chosen(columns, bodies.COLUMNS)
    places = [bodies.COLUMNS.index(name) for name in names]
    async with site.database.reading() as session:
        found = await listed_bodies.numbers(session, wanted)
        with saving_table(out, form, names, sets=rows.SETS) as write:
            async for page in bodies.of_organisations(session, found):
                write([[row[place] for place in places] for row in page])
    if out is not None:
        output.say(f"{out} has {counted(len(found), 'row')}")
