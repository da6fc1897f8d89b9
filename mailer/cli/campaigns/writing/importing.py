"""`mailer campaigns import`: stores the content of a folder."""

from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.campaigns import lookup
from mailer.campaigns.writing import edit, folder
from mailer.cli import acting, output
from mailer.cli.campaigns import fallen
from mailer.cli.command import NUMBER, as_json, version_of, with_site
from mailer.sites.site import Site


@click.command("import", epilog="Example: mailer campaigns import campaigns/may")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--replace", type=NUMBER, help="The number of the campaign it replaces.")
@click.option(
    "--version",
    "seen",
    help="With --replace: refuse if it is not this one; from `campaigns show --json`.",
)
@click.option(
    "--by", "author", help="The author; else the one in campaign.toml, else you."
)
@as_json
@with_site
async def import_(
    site: Site,
    directory: Path,
    replace: int | None,
    seen: str | None,
    author: str | None,
    as_json: bool,
) -> None:
    """Import a campaign folder; --replace voids the approval of that campaign."""
    version = version_of(seen)
    if version is not None and replace is None:
        raise click.UsageError("--version needs --replace")
    written = folder.read(directory)
    author = await acting.user(site, author or written.author)
    now = clock.now()
    async with site.database.writing() as session:
        if replace is None:
            campaign = await edit.add(
                session, written, templates=site.templates, author=author, now=now
            )
        else:
            campaign = await lookup.get(session, replace)
            await edit.replace(
                session,
                campaign,
                written,
                templates=site.templates,
                by=author,
                now=now,
                version=version,
            )
    if as_json:
        output.json_document({"id": campaign.id})
    else:
        output.line(f"campaign {campaign.id}: {campaign.name}, a draft by {author}")
    await fallen.say(site, campaign.id)
