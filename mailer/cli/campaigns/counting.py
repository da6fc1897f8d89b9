"""`mailer campaigns report, coverage`: who got what, and who would."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import rich_click as click

from audiences.export.formats import Form
from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.cli import output
from mailer.cli.campaigns import fallen
from mailer.cli.campaigns.reporting import in_one_line, show_coverage, show_report
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.cli.saving import out_option, saving, saving_table
from mailer.outbox import ledger
from mailer.reports import coverage, report_page, totals
from mailer.reports.totals import CampaignReport
from mailer.sites.site import Site

HTML = "html"
LOOKS = 1.0  # seconds between looks at a campaign that is watched


@click.command(epilog="Example: mailer campaigns report 1 --json")
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--watch", is_flag=True, help="Print each change until it is not sending any more."
)
@click.option(
    "--format",
    "form",
    type=click.Choice([HTML, str(Form.CSV), str(Form.XLSX)]),
    help="A page with pictures and tables, or a table of all messages with names.",
)
@out_option
@as_json
@with_site
async def report(
    site: Site,
    campaign_id: int,
    watch: bool,
    form: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Count the messages of a campaign by state, language and kind of reader.

    What is not accepted has its reason, since when, and when it is tried next.
    """
    if form is None and out is not None:
        raise click.UsageError("name the form of the file with --format")
    if form is not None:
        await _write(site, campaign_id, form, out)
        return
    if watch:
        await _watch(site, campaign_id)
    name, counted = await _count(site, campaign_id)
    await fallen.say(site, campaign_id)
    if as_json:
        output.json_document(counted.as_json())
    else:
        show_report(name, counted, zone=site.zone)


async def _count(site: Site, campaign_id: int) -> tuple[str, CampaignReport]:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        return campaign.name, await totals.report(session, campaign)


async def _watch(site: Site, campaign_id: int) -> None:
    """Say each change of the numbers until the campaign is not sending any more."""
    before = ""
    while True:
        _, counted = await _count(site, campaign_id)
        if (line := in_one_line(counted, zone=site.zone)) != before:
            output.say(line)
            before = line
        if counted.state != CampaignState.SENDING:
            return
        await asyncio.sleep(LOOKS)


async def _write(site: Site, campaign_id: int, form: str, out: Path | None) -> None:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        if form == HTML:
            counted = await totals.report(session, campaign)
            page = report_page.page(campaign, counted, zone=site.zone, now=clock.now())
            with saving(out) as file:
                file.write(page.encode())
            return
        with saving_table(out, form, ledger.NAMED) as write:
            async for rows in ledger.named(session, campaign_id):
                write(rows)


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
