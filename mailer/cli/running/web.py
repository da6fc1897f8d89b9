"""`mailer web`: the pages, without ticker and delivery."""

import rich_click as click

from mailer.cli.command import with_site
from mailer.cli.running.logging_option import log_option
from mailer.processes import logs, serving
from mailer.sites.site import Site


@click.command(epilog="Example: mailer web")
@log_option
@with_site
async def command(site: Site) -> None:
    """Serve the pages, until stopped."""
    about = f"pages at {site.settings.site.url}; stop with Ctrl-C"
    with logs.life(about):
        await serving.pages(site)
