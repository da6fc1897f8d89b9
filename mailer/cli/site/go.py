"""`mailer go`: end a stop."""

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import operator_option, with_site
from mailer.sites.site import Site
from mailer.store import identity


@click.command(epilog="Example: mailer go")
@operator_option
@with_site
async def command(site: Site, operator: str) -> None:
    """End a stop: campaigns, ticker and workers go on where they were."""
    async with site.database.writing() as session:
        ended = await identity.go(session, by=operator, now=clock.now())
        halt = (await identity.read(session)).halt
    output.line("the stop has ended" if ended else "this site was not stopped")
    if halt:
        output.say(f"still nothing is sent: {halt}")
