"""`mailer campaigns ask, return, sign-off`: the way to an approval, and back."""

from datetime import datetime

import rich_click as click

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing.translation import signing_off
from mailer.cli import output
from mailer.cli.campaigns import acted, fallen
from mailer.cli.command import NUMBER, as_json, by_option, with_site
from mailer.delivery.direct import asking
from mailer.sites.site import Site


@click.command("ask", epilog="Example: mailer campaigns ask 1 --by editor")
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--approver",
    "approvers",
    multiple=True,
    help="Who is asked; repeat it for several. Else each who may approve it.",
)
@click.option(
    "--wished-by",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day by which an answer is wished for; the mail names it.",
)
@by_option
@as_json
@with_site
async def ask(
    site: Site,
    campaign_id: int,
    approvers: tuple[str, ...],
    wished_by: datetime | None,
    by: str,
    as_json: bool,
) -> int | None:
    """Ask for the approval of a draft; an edit makes it a draft again.

    Each who is asked and has an address gets a mail with a link to the letter. A draft
    with an error is refused.
    """
    asked = await asking.ask(
        site,
        campaign_id,
        approvers or None,
        by=by,
        wished_by=wished_by.date() if wished_by else None,
        now=clock.now(),
    )
    campaign, able = asked.campaign, asked.approvers
    names = " or ".join([", ".join(able[:-1]), able[-1]] if able[1:] else able)
    acted.show(
        campaign,
        f"{campaign.name} waits for its approval by {names}",
        as_json=as_json,
        approvers=list(able),
        mailed=list(asked.mailed),
        not_mailed=dict(asked.not_mailed),
    )
    if asked.mailed:
        output.say(f"a link to it was mailed to {', '.join(asked.mailed)}")
    for name, why in asked.not_mailed.items():
        output.say(f"no mail went to {name}: {why}")
    await _say_what_wants(site, campaign)
    faults = [why for why in asked.not_mailed.values() if why != asking.NO_ADDRESS]
    return 1 if faults else None


async def _say_what_wants(site: Site, campaign: Campaign) -> None:
    """Say which translations another translator must find right first."""
    async with site.database.reading() as session:
        wanting = await signing_off.missing(session, campaign, site.templates)
    for each in wanting:
        output.say(
            f"it needs a sign-off first:"
            f" `mailer campaigns sign-off {campaign.id} --language {each}`"
        )


@click.command(
    "sign-off",
    epilog="Example: mailer campaigns sign-off 1 --language fr --by marie",
)
@click.argument("campaign_id", type=NUMBER)
@click.option("--language", required=True, help="The language that is right.")
@by_option
@as_json
@with_site
async def sign_off(
    site: Site, campaign_id: int, language: str, by: str, as_json: bool
) -> None:
    """Sign a translation off: a translator who did not write it finds it right.

    It holds until its text, or the text it translates, is edited.
    """
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await signing_off.sign_off(session, campaign, language, by=by, now=clock.now())
        wanting = await signing_off.missing(session, campaign, site.templates)
    sentence = f"the {language} of {campaign.name} is signed off"
    acted.show(campaign, sentence, as_json=as_json, missing=list(wanting))
    if wanting:
        output.say(f"{', '.join(wanting)} still needs a sign-off")


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
