"""`mailer web`: the pages, without ticker and delivery."""

import rich_click as click

from mailer.cli import output
from mailer.cli.command import with_site
from mailer.processes import running, serving
from mailer.sites.site import Site


@click.command(epilog="Example: mailer web")
@with_site
async def command(site: Site) -> None:
    """Serve the pages, until stopped."""
    running.log_to_stderr()
    output.say(f"pages at {site.settings.site.url}; stop with Ctrl-C")
    await serving.pages(site)
