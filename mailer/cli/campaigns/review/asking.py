"""`mailer campaigns ask, return`: the way to an approval, and back from it."""

import rich_click as click

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.campaigns.asking import plainly
from mailer.cli.campaigns import acted, fallen
from mailer.cli.command import NUMBER, as_json, by_option, with_site
from mailer.sites.site import Site


@click.command("ask", epilog="Example: mailer campaigns ask 1 --by editor")
@click.argument("campaign_id", type=NUMBER)
@by_option
@as_json
@with_site
async def ask(site: Site, campaign_id: int, by: str, as_json: bool) -> None:
    """Ask for the approval of a draft; an edit makes it a draft again.

    A draft with an error is refused.
    """
    campaign = await plainly.ask(site, campaign_id, by=by, now=clock.now())
    acted.show(campaign, f"{campaign.name} waits for its approval", as_json=as_json)


@click.command(
    "return",
    epilog="Example: mailer campaigns return 1 --because 'the date is wrong'",
)
@click.argument("campaign_id", type=NUMBER)
@click.option("--because", required=True, help="What its author is to change.")
@by_option
@as_json
@with_site
async def return_(
    site: Site, campaign_id: int, because: str, by: str, as_json: bool
) -> None:
    """Return a campaign to its author with a reason; approval and time fall.

    An approver of its letter class does so.
    """
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await control.send_back(
            session,
            campaign,
            templates=site.templates,
            by=by,
            because=because,
            now=clock.now(),
        )
    sentence = f"{campaign.name} is returned to {campaign.author}"
    acted.show(campaign, sentence, as_json=as_json)
    await fallen.say(site, campaign_id)
