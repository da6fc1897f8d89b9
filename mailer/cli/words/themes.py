"""`mailer themes`: what organisations work on and letters are about."""

from typing import Any

import rich_click as click

from audiences.record.data_changes import DataKind
from audiences.upkeep import words
from mailer.cli import output
from mailer.cli.command import as_json, by_option, with_site, yes_option
from mailer.cli.people.authors import because_option
from mailer.cli.words import topics
from mailer.cli.words.topics import names_option
from mailer.reports import shapes
from mailer.sites.site import Site

parent_option = click.option("--parent", help="The code of the theme above it.")
sectors_option = click.option("--sectors", help="Sectors it concerns, as 'ED SHS'.")
date_option = click.option("--date", help="Its date, as the source writes it.")
place_option = click.option("--place", help="Its place.")


@click.group()
def command() -> None:
    """List and change what organisations work on and letters are about."""


@command.command("list", epilog="Example: mailer themes list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the themes with their sectors."""
    async with site.database.reading() as session:
        rows = await words.themes(session)
        listed = [shapes.theme(each) for each in rows]
    if as_json:
        output.json_document(listed)
    else:
        keys = ("code", "name", "sectors", "retired")
        output.table("Themes", keys, shapes.columns(listed, *keys))


@command.command(
    epilog="Example: mailer themes add forum-20 --name en='Forum on rivers' --by editor"
)
@click.argument("code")
@names_option
@parent_option
@sectors_option
@date_option
@place_option
@by_option
@because_option
@as_json
@with_site
async def add(
    site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
) -> None:
    """Add a theme; it needs an English name."""
    word = topics.wanted(given)
    theme = DataKind.THEME
    await topics.add_word(site, theme, code, word, by, because, as_json=as_json)


@command.command(
    epilog="Example: mailer themes edit forum-09 --sectors 'ED SHS' --by editor"
)
@click.argument("code")
@names_option
@parent_option
@sectors_option
@date_option
@place_option
@by_option
@because_option
@as_json
@with_site
async def edit(
    site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
) -> None:
    """Change a theme; an empty text, as --name ar=, removes one."""
    word = topics.wanted(given)
    changed = await topics.edit_word(site, DataKind.THEME, code, word, by, because)
    topics.show_changed(code, changed, as_json=as_json)


@command.command(epilog="Example: mailer themes retire sdg-01 --yes --by editor")
@click.argument("code")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def retire(
    site: Site, code: str, by: str, because: str | None, yes: bool, as_json: bool
) -> None:
    """Take a theme out of use; it asks on a terminal.

    What names it stays valid; new rules and lists with it are refused.
    """
    theme = DataKind.THEME
    await topics.retire_word(site, theme, code, by, because, yes=yes, as_json=as_json)


@command.command(epilog="Example: mailer themes history forum-09")
@click.argument("code")
@as_json
@with_site
async def history(site: Site, code: str, as_json: bool) -> None:
    """Show who changed a theme, and what."""
    await topics.history_of(site, DataKind.THEME, code, as_json=as_json)
