"""`mailer upgrade`: the store in the form this version works with."""

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import with_site
from mailer.errors import RefusedError
from mailer.maintenance import schema
from mailer.sites.site import Site


@click.command(epilog="Example: mailer upgrade")
@with_site
async def command(site: Site) -> None:
    """Bring the store of an older version to the form of this one.

    Stop everything first, and keep a copy of the store.
    """
    async with site.database.engine.connect() as connection:
        if await connection.run_sync(schema.revision) is None:
            raise RefusedError(
                "the store has no tables: look at store.url, or make a site and its"
                " store with `mailer init`"
            )
    before = await schema.upgrade(site.database, now=clock.now())
    newest = schema.newest()
    if before == newest:
        output.line(f"the store has the newest form, {newest}, already")
    else:
        output.line(f"the store went from form {before} to {newest}")
