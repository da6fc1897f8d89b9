"""`mailer campaigns diff`: what changed in a campaign, in words."""

from dataclasses import asdict

import rich_click as click

from mailer.campaigns import lookup
from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.errors import counted
from mailer.reports.review import differences
from mailer.sites.site import Site


@click.command(epilog="Example: mailer campaigns diff 1 --since approval")
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--since",
    default="",
    metavar="approval|VERSION",
    help="What was approved last, or a version by its number; the first is 1.",
)
@click.option(
    "--to", "until", type=NUMBER, help="Up to this version; else to the last one."
)
@as_json
@with_site
async def diff(
    site: Site, campaign_id: int, since: str, until: int | None, as_json: bool
) -> None:
    """Show what changed in a campaign, block by block, in each language.

    Without --since, since it was approved last, else since the version before. Any two
    versions can be compared: --since 1 --to 3.
    """
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        found = await differences.differences(
            session, campaign, site.templates, since, until
        )
    if as_json:
        output.json_document(asdict(found))
        return
    output.line(
        f"version {found.version} → {found.present}, by {found.by}:"
        f" {counted(len(found.differences), 'change')}"
    )
    for each in found.differences:
        place = " ".join(filter(None, [each.language, each.where]))
        output.line(f"\n{place}: {each.what}")
        for sign, words in (("-", each.before), ("+", each.after)):
            for line in words.splitlines():
                output.line(f"  {sign} {line}")
