"""`mailer series add`."""

from datetime import datetime
from typing import Any

import rich_click as click

from mailer import clock
from mailer.calendar import planning, series
from mailer.cli import output
from mailer.cli.command import as_json, by_option, with_site
from mailer.cli.people.authors import author
from mailer.cli.writing.instants import (
    day_of,
    event_option,
    follows_option,
    zone_option,
)
from mailer.cli.writing.series_changing import plan_of, plan_options
from mailer.sites.site import Site


@click.command(
    epilog="Example: mailer series add monthly 'first Tuesday, 10:00' --by editor"
)
@click.argument("name")
@click.argument("cadence")
@zone_option
@event_option
@follows_option
@plan_options
@by_option
@as_json
@with_site
async def add(
    site: Site,
    name: str,
    cadence: str,
    zone: str | None,
    event: datetime | None,
    follows: str | None,
    by: str,
    as_json: bool,
    **given: Any,
) -> None:
    """Add a series by its cadence in words; with a type it opens drafts."""
    settings = site.settings
    async with site.database.writing() as session:
        added, understood = await series.add(
            session,
            name,
            cadence,
            zone=zone or settings.site.zone,
            now=clock.now(),
            office=settings.office.office,
            usual=settings.office.usual_time,
            event=day_of(event),
            follows=follows or "",
            by=by,
        )
        plan = plan_of(given)
        await planning.change(session, site, added, plan, author(by, None))
    output.done(
        {"name": name, "zone": added.zone, "understood": understood.sentence},
        f"{name}: {understood.sentence}",
        as_json=as_json,
    )
