"""`mailer users`: the people of the unit who write or approve."""

import rich_click as click
from sqlalchemy import select

from mailer import clock
from mailer.campaigns.models import User
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List and add people who write or approve."""


@command.command("list", epilog="Example: mailer users list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the users."""
    async with site.database.reading() as session:
        found = (await session.scalars(select(User).order_by(User.name))).all()
    if as_json:
        output.json_document(
            [{"name": each.name, "approver": each.approver} for each in found]
        )
    else:
        rows = [(each.name, each.approver) for each in found]
        output.table("Users", ("name", "approves"), rows)


@command.command(epilog="Example: mailer users add head-of-unit --approver")
@click.argument("name")
@click.option("--approver", is_flag=True, help="May approve campaigns of others.")
@with_site
async def add(site: Site, name: str, approver: bool) -> None:
    """Add a user, or change whether one may approve."""
    async with site.database.writing() as session:
        await session.merge(User(name=name, approver=approver, added_at=clock.now()))
    output.line(f"{name} {'writes and approves' if approver else 'writes'}")
