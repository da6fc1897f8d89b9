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
from mailer.cli.campaigns import fallen, reporting
from mailer.cli.campaigns.reporting import in_one_line, show_coverage, show_report
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.cli.saving import out_option, saving, saving_table
from mailer.feedback.sender_reports import keeping
from mailer.outbox import ledger
from mailer.reports import coverage, report_page, totals
from mailer.reports.results import reading
from mailer.reports.totals import CampaignReport
from mailer.sites.site import Site

HTML = "html"
GROUPS = ("kind", "region", "country", "language", "sector", "relay", "domain")
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
@click.option(
    "--group",
    "groups",
    type=click.Choice(GROUPS),
    multiple=True,
    help="A table of readers by this; may be repeated.",
)
@click.option("--over-time", is_flag=True, help="A table by hour, or by day.")
@as_json
@with_site
async def report(
    site: Site,
    campaign_id: int,
    watch: bool,
    form: str | None,
    out: Path | None,
    groups: tuple[str, ...],
    over_time: bool,
    as_json: bool,
) -> None:
    """Count the messages of a campaign by state, language and kind of reader.

    What is not accepted has its reason, since when, and when it is tried next. Answers
    count beside the states. --json and the page have all tables.
    """
    if form is None and out is not None:
        raise click.UsageError("name the form of the file with --format")
    if form is not None:
        await _write(site, campaign_id, form, out)
        return
    if watch:
        await _watch(site, campaign_id)
    now, zone = clock.now(), site.zone
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        if as_json:
            document = await reading.document(session, campaign, zone=zone, now=now)
        else:
            counted = await totals.report(session, campaign)
            found = await reading.read(session, campaign, zone=zone, now=now)
    await fallen.say(site, campaign_id)
    if as_json:
        output.json_document(document)
    else:
        show_report(campaign.name, counted, zone=zone)
        reporting.show_results(found, groups=groups, over_time=over_time)


async def _count(site: Site, campaign_id: int) -> CampaignReport:
    async with site.database.reading() as session:
        return await totals.report(session, await lookup.get(session, campaign_id))


async def _watch(site: Site, campaign_id: int) -> None:
    """Say each change of the numbers until the campaign is not sending any more."""
    before = ""
    while True:
        counted = await _count(site, campaign_id)
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
            now, zone = clock.now(), site.zone
            found = await reading.read(session, campaign, zone=zone, now=now)
            domains = keeping.domains_of(site)
            said = await keeping.summaries(session, domains, now=now)
            page = report_page.page(
                campaign, counted, found, in_our_name=said, zone=zone, now=now
            )
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
