"""`mailer campaigns erratum`: a draft to those who got another campaign's letter."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, by_option, with_site
from mailer.errors import counted
from mailer.outbox.waves.erratum import begun, draft
from mailer.sites.site import Site


@click.command(epilog="Example: mailer campaigns erratum 1 --uncertain")
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--uncertain", is_flag=True, help="Also to those who may have got the letter."
)
@by_option
@as_json
@with_site
async def erratum(
    site: Site, campaign_id: int, uncertain: bool, by: str, as_json: bool
) -> None:
    """Draft a letter to exactly those who got this campaign's letter.

    They are kept by name, also when they move to another address. The draft says which
    letter it corrects; the rest stands as {words} until it is written.
    """
    async with site.database.writing() as session:
        earlier = await begun(session, campaign_id)
        made = await draft(
            session, site, campaign_id, uncertain=uncertain, by=by, now=clock.now()
        )
    if as_json:
        output.json_document(asdict(made))
        return
    output.line(
        f"campaign {made.id}: {made.name}, a draft by {by} to the"
        f" {counted(made.readers, 'reader')} who got campaign {campaign_id}"
    )
    if made.uncertain:
        also = "are among them" if made.includes_uncertain else "are not among them"
        output.say(
            f"{counted(made.uncertain, 'reader')} may have got it, and {also}"
            + ("" if made.includes_uncertain else "; --uncertain adds them")
        )
    for each in earlier:
        output.say(f"campaign {each.id} is an erratum to it, too: {each.state}")
    copy = f"mailer campaigns copy {made.id} DIR"
    output.say(f"`{copy}` writes its folder; import it with --replace {made.id}")
