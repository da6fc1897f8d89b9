"""`mailer contacts list`."""

import rich_click as click

from audiences import contacts
from audiences.export import listing, selection
from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.people.selecting import (
    limit_option,
    readers_option,
    search_option,
    segment_option,
)
from mailer.reports import people
from mailer.sites.site import Site


@click.command(
    "list", epilog="Example: mailer contacts list --segment 'country = SN' --limit 20"
)
@segment_option
@search_option
@readers_option
@limit_option
@click.option("--after", help="The last address of the page before.")
@as_json
@with_site
async def list_(
    site: Site,
    rule: str | None,
    search: str,
    readers: bool,
    limit: int,
    after: str | None,
    as_json: bool,
) -> None:
    """List contacts, a page at a time.

    They are in the order in which they were added.
    """
    async with site.database.reading() as session:
        last = 0
        if after is not None:
            last = (await contacts.find(session, after, key=site.address_key)).id
        wanted = await selection.selection(
            session,
            rule=rule,
            search=search,
            readers=readers,
            today=clock.now().date(),
        )
        found = await listing.page(session, wanted, after=last, limit=limit + 1)
    listed = [people.listed(each) for each in found[:limit]]
    if as_json:
        output.json_document(listed)
        return
    keys = ("address", "name", "organisation", "roles", "languages", "left_out")
    rows = [tuple(each[key] for key in keys) for each in listed]
    output.table("Contacts", [key.replace("_", " ") for key in keys], rows)
    if len(found) > limit:
        output.say(f"there are more; go on with --after {listed[-1]['address']}")
