"""`mailer roles`: what contacts may be at their organisations."""

from typing import Any

import rich_click as click

from audiences.people import site_roles
from audiences.record.data_changes import DataKind
from mailer.cli import output
from mailer.cli.command import as_json, by_option, with_site, yes_option
from mailer.cli.people.authors import because_option
from mailer.cli.words import topics
from mailer.cli.words.topics import names_option
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """List and change what contacts may be at their organisations."""


@command.command("list", epilog="Example: mailer roles list")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the roles: the program's, then the site's own; retired ones too."""
    async with site.database.reading() as session:
        listed = [
            shapes.role(each, site.catalogues)
            for each in await site_roles.load(session)
        ]
    if as_json:
        output.json_document(listed)
    else:
        keys = ("code", "name", "own", "retired")
        output.table("Roles", keys, shapes.columns(listed, *keys))


@command.command(
    epilog="Example: mailer roles add treasurer --name en=treasurer --by editor"
)
@click.argument("code")
@names_option
@by_option
@because_option
@as_json
@with_site
async def add(
    site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
) -> None:
    """Add a role; it needs an English name. A site may add 20."""
    word = topics.wanted(given)
    await topics.add_word(site, DataKind.ROLE, code, word, by, because, as_json=as_json)


@command.command(
    epilog="Example: mailer roles edit head --name fr='chef de file' --by editor"
)
@click.argument("code")
@names_option
@by_option
@because_option
@as_json
@with_site
async def edit(
    site: Site, code: str, by: str, because: str | None, as_json: bool, **given: Any
) -> None:
    """Give a role other names; an empty text, as --name ar=, removes one."""
    word = topics.wanted(given)
    changed = await topics.edit_word(site, DataKind.ROLE, code, word, by, because)
    topics.show_changed(code, changed, as_json=as_json)


@command.command(epilog="Example: mailer roles retire press --yes --by editor")
@click.argument("code")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def retire(
    site: Site, code: str, by: str, because: str | None, yes: bool, as_json: bool
) -> None:
    """Give a role to no contact any more; it asks on a terminal.

    Contacts who have it keep it, and rules that name it stay valid.
    """
    role = DataKind.ROLE
    await topics.retire_word(site, role, code, by, because, yes=yes, as_json=as_json)


@command.command(epilog="Example: mailer roles history treasurer")
@click.argument("code")
@as_json
@with_site
async def history(site: Site, code: str, as_json: bool) -> None:
    """Show who changed a role, and what."""
    await topics.history_of(site, DataKind.ROLE, code, as_json=as_json)
