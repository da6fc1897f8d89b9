"""`mailer campaigns new, copy`: folders to write in."""

from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.writing import starting
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, by_option, with_site
from mailer.sites.site import Site


@click.command(
    epilog="Example: mailer campaigns new monthly-letter campaigns/june --language fr"
)
@click.argument("template", metavar="TYPE")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--language",
    "languages",
    multiple=True,
    help="A language to write in, the first one as default; else the site's default.",
)
@by_option
@as_json
@with_site
async def new(
    site: Site,
    template: str,
    directory: Path,
    languages: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """Make a folder to write a letter of a TYPE in; DIR must not exist.

    What is still to be written stands as {words}: the check names each place.
    """
    starting.new(
        site,
        template,
        directory,
        languages,
        author=by,
        today=clock.now().astimezone(site.zone).date(),
    )
    said = f"{directory} is made: write its texts, then import it"
    output.done({"directory": str(directory)}, said, as_json=as_json)
    output.say(f"  mailer campaigns import {directory}")


@click.command(epilog="Example: mailer campaigns copy 1 campaigns/june")
@click.argument("campaign_id", type=NUMBER)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@as_json
@with_site
async def copy(site: Site, campaign_id: int, directory: Path, as_json: bool) -> None:
    """Write the folder of a campaign, dated today; DIR must not exist."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        today = clock.now().astimezone(site.zone).date()
        await starting.copy(session, campaign, directory, today=today)
    document = {"directory": str(directory), "campaign": campaign_id}
    said = f"{directory} is a copy of campaign {campaign_id}, {campaign.name}"
    output.done(document, said, as_json=as_json)
