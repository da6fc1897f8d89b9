"""`mailer words`: the codes that rules and lists may use."""

from dataclasses import asdict

import rich_click as click

from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.reports.lists import words
from mailer.sites.site import Site


@click.command(epilog="Example: mailer words country sénégal")
@click.argument("kind", required=False)
@click.argument("search", required=False, default="")
@click.option("--language", help="Of the names in the table; else the site's default.")
@as_json
@with_site
async def command(
    site: Site, kind: str | None, search: str, language: str | None, as_json: bool
) -> None:
    """Show the codes that rules and lists may use, with their names.

    KIND is country, field, group, kind, language, level, office, organisation, region,
    role, sector, segment, status, tag, theme or topic. SEARCH finds names in every
    language, without accents; KIND all searches all but organisations and tags.
    """
    wanted = None if kind in {None, "all"} else words.kind_named(kind or "")
    async with site.database.reading() as session:
        found = await words.listed(session, site, wanted, search)
    if as_json:
        output.json_document([asdict(each) for each in found])
        return
    shown = language or site.settings.languages.default
    rows = [
        (each.kind, each.code, each.rule or words.name_of(each, shown))
        for each in found
    ]
    output.table("Words", ("kind", "code", "name"), rows)
    if len(found) == words.MANY:
        output.say(f"the first {words.MANY:,} are shown; add a search")
