"""`mailer metrics`: the numbers of a site for a monitor."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.reports import metrics
from mailer.sites.site import Site


@click.command(epilog="Example: mailer metrics")
@as_json
@with_site
async def command(site: Site, as_json: bool) -> None:
    """Print the numbers of a site in the text format of Prometheus.

    /metrics of the pages answers the same to this machine, and to the token of
    web.metrics_token_file.
    """
    async with site.database.reading() as session:
        measured = await metrics.measure(
            session, site.root, is_sqlite=site.database.is_sqlite, now=clock.now()
        )
    if as_json:
        output.json_document([asdict(each) for each in measured])
    else:
        output.octets(metrics.exposition(measured).encode())
