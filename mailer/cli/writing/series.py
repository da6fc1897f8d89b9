"""`mailer series`: recurring mailings and their coming instants."""

from datetime import datetime

import rich_click as click
from sqlalchemy import select

from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns.models import Occurrence, Series
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.writing.instants import after_option, count_option, show_instants
from mailer.sites.site import Site
from scheduler import words


@click.group()
def command() -> None:
    """List and add recurring mailings."""


@command.command("list", epilog="Example: mailer series list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the series, and the campaigns in their slots."""
    async with site.database.reading() as session:
        rows = await session.execute(
            select(
                Series.name,
                Series.cadence,
                Series.zone,
                Occurrence.slot,
                Occurrence.campaign_id,
                Occurrence.outcome,
            )
            .outerjoin(Occurrence, Occurrence.series_id == Series.id)
            .order_by(Series.name, Occurrence.due_at)
        )
        found = [tuple(row) for row in rows]
    keys = ("name", "cadence", "zone", "slot", "campaign", "outcome")
    if as_json:
        output.json_document([dict(zip(keys, row, strict=True)) for row in found])
    else:
        output.table(
            "Series",
            ("name", "cadence", "slot", "campaign", "outcome"),
            [
                (name, cadence, str(slot or "").replace("T", " "), *rest)
                for name, cadence, _zone, slot, *rest in found
            ],
        )


@command.command(
    epilog="Example: mailer series add monthly 'first Tuesday, 10:00, Europe/Paris'"
)
@click.argument("name")
@click.argument("cadence")
@click.option("--zone", default="UTC", show_default=True, help="Where the hour is.")
@with_site
async def add(site: Site, name: str, cadence: str, zone: str) -> None:
    """Add a series by its cadence in words."""
    async with site.database.writing() as session:
        await schedule.add_series(session, name, cadence, zone=zone, now=clock.now())
    output.line(f"{name}: {words.spoken(words.parse(cadence, zone=zone))}")


@command.command("next", epilog="Example: mailer series next monthly --count 3")
@click.argument("name")
@after_option
@count_option
@as_json
@with_site
async def next_(
    site: Site, name: str, after: datetime | None, count: int, as_json: bool
) -> None:
    """Show the coming instants of a series."""
    async with site.database.reading() as session:
        series = await schedule.named(session, name)
    cadence = words.parse(series.cadence, zone=series.zone)
    show_instants(cadence, after=after, count=count, as_json=as_json)
