"""`mailer serve`: pages, ticker and delivery in one process."""

import rich_click as click

from mailer.cli.command import with_site
from mailer.cli.logging_option import log_option
from mailer.processes import logs, serving
from mailer.sites.site import Site


@click.command(epilog="Example: mailer --config demo/config.toml serve")
@log_option
@with_site
async def command(site: Site) -> None:
    """Run pages, ticker and delivery in one process, until stopped."""
    about = f"pages at {site.settings.site.url}; stop with Ctrl-C"
    with logs.life(about):
        await serving.serve(site)
