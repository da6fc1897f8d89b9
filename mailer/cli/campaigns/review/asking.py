"""`mailer campaigns ask, return, sign-off`: the way to an approval, and back."""

import rich_click as click

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.campaigns.asking import plainly
from mailer.campaigns.writing.translation import signing_off
from mailer.cli import output
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
    campaign, able = await plainly.ask(site, campaign_id, by=by, now=clock.now())
    names = " or ".join([", ".join(able[:-1]), able[-1]] if able[1:] else able)
    sentence = f"{campaign.name} waits for its approval by {names}"
    acted.show(campaign, sentence, as_json=as_json, approvers=able)
    output.say("no mail is sent: the console mails a link to each who is asked there")
    async with site.database.reading() as session:
        wanting = await signing_off.missing(session, campaign, site.templates)
    for each in wanting:
        output.say(
            f"it needs a sign-off first:"
            f" `mailer campaigns sign-off {campaign_id} --language {each}`"
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
