"""`mailer go`: end a stop."""

import rich_click as click

from mailer.cli import output
from mailer.cli.command import by_option, with_site
from mailer.sites.site import Site
from mailer.store import identity


@click.command(epilog="Example: mailer go --by head-of-unit")
@by_option
@with_site
async def command(site: Site, by: str) -> None:
    """End a stop: campaigns, ticker and workers go on where they were."""
    async with site.database.writing() as session:
        ended = await identity.go(session, by=by)
        halt = (await identity.read(session)).halt
    output.line("the stop has ended" if ended else "this site was not stopped")
    if halt:
        output.say(f"still nothing is sent: {halt}")
