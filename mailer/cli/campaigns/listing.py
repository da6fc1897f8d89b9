"""`mailer campaigns list`: the campaigns of the site."""

import rich_click as click

from mailer import clock
from mailer.calendar import open_slots
from mailer.campaigns import control, lookup
from mailer.campaigns.models import Campaign
from mailer.cli import output
from mailer.cli.campaigns import fallen
from mailer.cli.command import as_json, with_site
from mailer.reports import shapes
from mailer.sites.site import Site
from mailer.store import identity


@click.command("list", epilog="Example: mailer campaigns list --json")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the campaigns, newest first.

    Times are in site.zone, and in UTC with --json.
    """
    async with site.database.reading() as session:
        times = await control.fallen_times(session)
        listed = await lookup.listed(session)
        halt = (await identity.read(session)).halt_in(site.zone)
        unfilled = await open_slots.shown(session, now=clock.now())
    if halt:
        output.say(f"nothing is sent: {halt}")
    for slot in unfilled:
        output.say(slot.sentence)
    if as_json:
        output.json_document(
            [shapes.campaign(each, times.get(each.id)) for each in listed]
        )
    else:
        rows = [
            (
                each.id,
                each.reference,
                each.name,
                each.state,
                _when(each, site),
            )
            for each in listed
        ]
        output.table("Campaigns", ("id", "reference", "name", "state", "at"), rows)
        for number, at in times.items():
            output.say(fallen.sentence(number, at, site.zone))


def _when(campaign: Campaign, site: Site) -> str | None:
    """Return when a campaign went, or else when it goes, in the zone of the site."""
    at = campaign.released_at or campaign.at
    return output.local(at, site.zone) if at else None
