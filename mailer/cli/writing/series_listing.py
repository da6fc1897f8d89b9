"""`mailer series list, preview, next`: series and their instants."""

from datetime import datetime
from zoneinfo import ZoneInfo

import rich_click as click

from mailer import clock
from mailer.calendar import open_slots, renewing, series
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.writing.instants import (
    YEAR,
    after_option,
    count_option,
    day_of,
    event_option,
    show_found,
    show_instants,
    show_year,
    start_of,
    zone_option,
)
from mailer.reports import shapes
from mailer.sites.site import Site
from scheduler import words


@click.command("list", epilog="Example: mailer series list")
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


@click.command(
    epilog="Example: mailer series preview 'last working day, 17:00' --year 2027"
)
@click.argument("cadence")
@click.option("--year", type=YEAR, help="The year to show; else this year.")
@zone_option
@event_option
@as_json
@with_site
async def preview(
    site: Site,
    cadence: str,
    year: int | None,
    zone: str | None,
    event: datetime | None,
    as_json: bool,
) -> None:
    """Show the dates of a cadence in a year, by the holidays of the office."""
    office, zone = site.settings.office, zone or site.settings.site.zone
    understood = words.understand(cadence, zone=zone, usual=office.usual_time)
    here = clock.now().astimezone(ZoneInfo(understood.cadence.zone))
    show_year(
        understood,
        year=year or here.year,
        office=office.office,
        event=day_of(event),
        as_json=as_json,
    )


@click.command("next", epilog="Example: mailer series next monthly --count 3")
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
        understood = renewing.understood(saved)
        start = start_of(after, understood.cadence.zone)
        coming = await series.slots_after(session, saved, start, count=count)
    if saved.follows_letters:
        show_found(understood, coming, as_json=as_json)
        return
    show_instants(
        understood,
        after=after,
        count=count,
        as_json=as_json,
        office=site.settings.office.office,
        event=saved.event_day,
    )
