"""`mailer feedback reports`: what other mail systems report on mail in our name."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.feedback.sender_reports import keeping
from mailer.sites.site import Site


@click.command(epilog="Example: mailer feedback reports")
@as_json
@with_site
async def reports(site: Site, as_json: bool) -> None:
    """Sum up DMARC and TLS reports of 30 days: who sends in our name, and what fails.

    Anybody can send such a report, so nothing else follows from it.
    """
    async with site.database.reading() as session:
        domains = keeping.domains_of(site)
        found = await keeping.summaries(session, domains, now=clock.now())
    if as_json:
        output.json_document([asdict(each) for each in found])
        return
    if not found:
        output.line("no report came in the last 30 days")
    for each in found:
        output.line(each.sentence())
        rows = list(each.sources)
        output.table(f"What failed: {each.kind}", ("source", "number"), rows)
