"""`mailer series show`: one series, its coming dates, and who works on it."""

import rich_click as click

from audiences.record import data_changes
from audiences.record.data_changes import DataKind
from mailer.calendar import planning, renewing, series
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.people.histories import show_history
from mailer.reports import histories, shapes
from mailer.sites.site import Site


@click.command(epilog="Example: mailer series show monthly-letter")
@click.argument("name")
@as_json
@with_site
async def show(site: Site, name: str, as_json: bool) -> None:
    """Show a series: its cadence, who works on it, its dates, and its history."""
    async with site.database.reading() as session:
        found = await series.named(session, name)
        slots = await series.slots_of(session, found)
        faults = await planning.faults(session, site, found)
        changes = await data_changes.history(session, DataKind.SERIES, name)
    history = [histories.change(each) for each in changes]
    plan = shapes.series(found)
    dates = [shapes.slot(found, each) for each in slots]
    if as_json:
        output.json_document(
            plan | {"slots": dates, "faults": faults, "history": history}
        )
        return
    rows = [(key.replace("_", " "), value) for key, value in plan.items()]
    output.table(name, ("fact", "value"), rows)
    keys = ("slot", "campaign", "outcome")
    output.table("Dates", keys, shapes.columns(dates, *keys))
    output.line(renewing.understood(found).sentence)
    for each in faults:
        output.say(each)
    show_history(history)
