"""`mailer users deputy, end-deputy`: who approves in place of a user, and when."""

from datetime import datetime
from zoneinfo import ZoneInfo

import rich_click as click

from mailer.cli import output
from mailer.cli.command import as_json, by_option, with_site
from mailer.cli.people.authors import author, because_option
from mailer.reports import shapes
from mailer.sites.site import Site
from mailer.users import standing_in

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(
    epilog="Example: mailer users deputy head-of-unit marie --from 2027-07-01"
    " --until 2027-07-31 --by head-of-unit"
)
@click.argument("name")
@click.argument("deputy")
@click.option("--from", "first", required=True, type=_DAY, help="The first day.")
@click.option("--until", "last", required=True, type=_DAY, help="The last day.")
@by_option
@because_option
@as_json
@with_site
async def deputy(
    site: Site,
    name: str,
    deputy: str,
    first: datetime,
    last: datetime,
    by: str,
    because: str | None,
    as_json: bool,
) -> None:
    """Let DEPUTY approve in place of the user NAME on these days.

    The user does so, or an admin. Days are those of the site's zone.
    """
    days = first.date(), last.date()
    zone = ZoneInfo(site.zone.key)
    async with site.database.writing() as session:
        row = await standing_in.name_deputy(
            *(session, name, deputy, days, author(by, because)), zone=zone
        )
        named = shapes.deputy(row, zone)
    said = f"{deputy} approves in place of {name} from {days[0]} to {days[1]}"
    output.done(named, said, as_json=as_json)


@click.command(
    "end-deputy",
    epilog="Example: mailer users end-deputy head-of-unit marie --by head-of-unit",
)
@click.argument("name")
@click.argument("deputy")
@by_option
@because_option
@as_json
@with_site
async def end_deputy(
    site: Site, name: str, deputy: str, by: str, because: str | None, as_json: bool
) -> None:
    """Let DEPUTY approve in place of the user NAME no more."""
    async with site.database.writing() as session:
        await standing_in.take_back(session, name, deputy, author(by, because))
    output.done(
        {"name": name, "deputy": deputy},
        f"{deputy} approves no more in place of {name}",
        as_json=as_json,
    )
