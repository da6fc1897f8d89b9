"""`mailer campaigns report, coverage`: who got what, and who would."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.campaigns import lookup
from mailer.cli import output
from mailer.cli.campaigns import fallen
from mailer.cli.campaigns.reporting import show_coverage, show_report
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.reports import coverage, totals
from mailer.sites.site import Site


@click.command(epilog="Example: mailer campaigns report 1 --json")
@click.argument("campaign_id", type=NUMBER)
@as_json
@with_site
async def report(site: Site, campaign_id: int, as_json: bool) -> None:
    """Count the messages of a campaign by state, language and kind of reader."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        counted = await totals.report(session, campaign)
    await fallen.say(site, campaign_id)
    if as_json:
        output.json_document(counted.as_json())
    else:
        show_report(campaign.name, counted)


@click.command("coverage", epilog="Example: mailer campaigns coverage 1")
@click.argument("campaign_id", type=NUMBER)
@as_json
@with_site
async def coverage_(site: Site, campaign_id: int, as_json: bool) -> None:
    """Count for each block the readers it concerns and reaches, and why not all."""
    blocks = await coverage.coverage(site, campaign_id, now=clock.now())
    if as_json:
        output.json_document([asdict(each) for each in blocks])
    else:
        show_coverage(blocks)
