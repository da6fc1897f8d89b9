"""`mailer topics`: what readers may subscribe to."""

import rich_click as click

from audiences import subscriptions
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List what readers may subscribe to."""


@command.command("list", epilog="Example: mailer topics list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the topics, with the number of subscribers of each."""
    async with site.database.reading() as session:
        listed = [
            shapes.topic(topic, count)
            for topic, count in await subscriptions.subscriber_counts(session)
        ]
    if as_json:
        output.json_document(listed)
    else:
        keys = ("code", "name", "subscribers")
        output.table("Topics", keys, shapes.columns(listed, *keys))
