"""`mailer campaigns preview`: the message that one reader would get."""

import rich_click as click

from mailer import clock
from mailer.campaigns.review import preview
from mailer.cli import output
from mailer.cli.command import NUMBER, with_site
from mailer.sites.site import Site


@click.command(
    "preview",
    epilog="Example: mailer campaigns preview 1 --as unesco-liaison@icom.example",
)
@click.argument("campaign_id", type=NUMBER)
@click.option("--as", "address", required=True, help="The address of the reader.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["eml", "html", "text"]),
    default="text",
    show_default=True,
    help="The whole message, or one part.",
)
@with_site
async def preview_(site: Site, campaign_id: int, address: str, form: str) -> None:
    """Print the message that one reader would get."""
    made = await preview.preview(site, campaign_id, address, now=clock.now())
    if made.excluded:
        output.say(f"{address} would not get it: {made.excluded}")
    output.octets(preview.part(made, form))
