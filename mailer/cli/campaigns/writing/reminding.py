"""`mailer campaigns remind`: a draft to those who have not answered a letter."""

from dataclasses import asdict

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, by_option, with_site
from mailer.errors import counted
from mailer.outbox.waves import reminding
from mailer.outbox.waves.reminding import Unless
from mailer.sites.site import Site


@click.command(epilog="Example: mailer campaigns remind 1 --unless answered")
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--unless",
    multiple=True,
    required=True,
    type=click.Choice(["answered", "replied", "confirmed"], case_sensitive=False),
    help="Not to who answered the invitation, wrote back, or confirmed the entry.",
)
@by_option
@as_json
@with_site
async def remind(
    site: Site, campaign_id: int, unless: tuple[str, ...], by: str, as_json: bool
) -> None:
    """Draft a reminder to those who got this letter and have not answered.

    It has the texts, files and event of the letter. Who answers before it is sent gets
    none.
    """
    async with site.database.writing() as session:
        made = await reminding.draft(
            *(
                session,
                site,
                campaign_id,
                [Unless(each) for each in dict.fromkeys(unless)],
            ),
            by=by,
            now=clock.now(),
        )
    if as_json:
        output.json_document(asdict(made))
        return
    output.line(
        f"campaign {made.id}: {made.name}, a draft by {by} to"
        f" {counted(made.readers, 'reader')} now: {made.audience}"
    )
    copy = f"mailer campaigns copy {made.id} DIR"
    output.say(f"`{copy}` writes its folder; import it with --replace {made.id}")
