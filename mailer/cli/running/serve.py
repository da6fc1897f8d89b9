"""`mailer serve`: pages, ticker and delivery in one process."""

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import with_site
from mailer.cli.running.logging_option import log_option
from mailer.processes import logs, serving
from mailer.signin import invitations
from mailer.sites.site import Site


@click.command(epilog="Example: mailer --config demo/config.toml serve")
@click.option(
    "--sign-in",
    "signs_in",
    is_flag=True,
    help="Print a link that signs the first administrator in to the console, once.",
)
@log_option
@with_site
async def command(site: Site, signs_in: bool) -> None:
    """Run pages, console, ticker and delivery in one process, until stopped."""
    if signs_in:
        async with site.database.writing() as session:
            link = await invitations.of_first_admin(session, site, now=clock.now())
        output.say(f"the console, for {link.user}, once, within 15 minutes: {link.url}")
    about = f"pages at {site.settings.site.url}; stop with Ctrl-C"
    with logs.life(about):
        await serving.serve(site)
