"""`mailer series`: recurring mailings and their next instants."""

from datetime import datetime

import rich_click as click

from mailer import clock
from mailer.calendar import open_slots, series
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.writing.instants import after_option, count_option, show_instants
from mailer.reports import shapes
from mailer.sites.site import Site
from scheduler import words


@click.group()
def command() -> None:
    """List and add recurring mailings; show their next instants."""


@command.command("list", epilog="Example: mailer series list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the series, and the campaigns in their slots."""
    async with site.database.reading() as session:
        slots = [
            shapes.slot(each, occurrence)
            for each, occurrence in await series.listed(session)
        ]
        unfilled = await open_slots.shown(session, now=clock.now())
    for slot in unfilled:
        output.say(slot.sentence)
    if as_json:
        output.json_document(slots)
        return
    rows = [
        (each["name"], each["cadence"], _local(each["slot"]), *rest)
        for each, rest in zip(
            slots, shapes.columns(slots, "campaign", "outcome"), strict=True
        )
    ]
    output.table("Series", ("name", "cadence", "slot", "campaign", "outcome"), rows)


def _local(slot: str | None) -> str:
    return (slot or "").replace("T", " ")


@command.command(
    epilog="Example: mailer series add monthly 'first Tuesday, 10:00, Europe/Paris'"
)
@click.argument("name")
@click.argument("cadence")
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    help="The zone of the time, such as Europe/Paris.",
)
@with_site
async def add(site: Site, name: str, cadence: str, zone: str) -> None:
    """Add a series by its cadence in words."""
    async with site.database.writing() as session:
        await series.add(session, name, cadence, zone=zone, now=clock.now())
    output.line(f"{name}: {words.describe(words.parse(cadence, zone=zone))}")


@command.command("next", epilog="Example: mailer series next monthly --count 3")
@click.argument("name")
@after_option
@count_option
@as_json
@with_site
async def next_(
    site: Site, name: str, after: datetime | None, count: int, as_json: bool
) -> None:
    """Show the next instants of a series."""
    async with site.database.reading() as session:
        saved = await series.named(session, name)
    cadence = words.parse(saved.cadence, zone=saved.zone)
    show_instants(cadence, after=after, count=count, as_json=as_json)
