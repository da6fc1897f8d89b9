"""`mailer tick`: release campaigns that are due."""

from dataclasses import asdict
from datetime import datetime

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import INSTANT, as_json, with_site
from mailer.cli.running.logging_option import log_option
from mailer.processes import chores, logs, noticing, ticking
from mailer.sites.site import Site


@click.command(epilog="Example: mailer tick --once --now 2027-05-04T08:00Z")
@click.option("--once", is_flag=True, help="Look once for due campaigns, then end.")
@click.option("--now", "instant", type=INSTANT, help="Act as if it were this instant.")
@as_json
@log_option
@with_site
async def command(
    site: Site, once: bool, instant: datetime | None, as_json: bool
) -> None:
    """Release the campaigns that are due, and read due lists again, until stopped."""
    if instant is not None and not once:
        raise click.UsageError("--now needs --once")
    if not once:
        with logs.life("campaigns are released when due; stop with Ctrl-C"):
            await ticking.run(site)
        return
    now = instant or clock.now()
    ticked = await ticking.tick(site, now)
    sent = await noticing.notify(site, now=now)
    read = await chores.read_due(site, now)
    if as_json:
        output.json_document({**asdict(ticked), "notices": sent, "sources": read})
        return
    output.line(
        f"{len(ticked.released)} released, {len(ticked.held)} for a person to decide,"
        f" {len(ticked.missed)} slots without a campaign, {len(ticked.opened)} drafts"
        f" opened, {sent} notices sent, {len(read)} lists read again"
    )
