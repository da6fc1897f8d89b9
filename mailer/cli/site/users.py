"""`mailer users`: the people of the unit who write or approve."""

import rich_click as click

from mailer import clock
from mailer.campaigns import users
from mailer.cli import acting, output
from mailer.cli.command import as_json, who_option, with_site
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List and add the people who write or approve."""


@command.command("list", epilog="Example: mailer users list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the users."""
    async with site.database.reading() as session:
        listed = [shapes.user(each) for each in await users.listed(session)]
    if as_json:
        output.json_document(listed)
    else:
        rows = shapes.columns(listed, "name", "approver")
        output.table("Users", ("name", "approves"), rows)


@command.command(epilog="Example: mailer users add head-of-unit --approver")
@click.argument("name")
@click.option(
    "--approver", is_flag=True, help="May approve campaigns that others wrote."
)
@who_option
@with_site
async def add(site: Site, name: str, approver: bool, who: str | None) -> None:
    """Add a user, or change whether a user may approve."""
    by = await acting.witness(site, who)
    async with site.database.writing() as session:
        await users.add(session, name, approver=approver, by=by, now=clock.now())
    output.line(f"{name} {'writes and approves' if approver else 'writes'}")
