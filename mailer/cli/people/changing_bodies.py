"""`mailer organisations add`, `edit`, `merge` and `retire`."""

from collections.abc import Callable
from typing import Any

import rich_click as click

from audiences.intake.columns import COLUMNS
from audiences.upkeep import bodies, cells
from mailer.cli import acting, output
from mailer.cli.command import (
    as_json,
    by_option,
    version_of,
    with_site,
    yes_option,
)
from mailer.cli.people.authors import author, because_option
from mailer.errors import counted
from mailer.sites.site import Site

OPTIONS = {  # option → cell of an import
    "name": "organisation_name",
    **{f"name-{language}": cell for cell, language in cells.NAMES.items()},
    **{
        cell.replace("_", "-").removeprefix("organisation-"): cell
        for cell in (*cells.VALUES, *cells.SETS)
        if cell != "organisation_name"
    },
}
HOLDS = {each.name: each.holds for each in COLUMNS}


def values(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each value of an organisation."""
    for option, cell in reversed(OPTIONS.items()):
        text = HOLDS[cell].partition(";")[0]
        function = click.option(
            f"--{option}", cell, help=f"{text[:1].upper()}{text[1:]}."
        )(function)
    return function


@click.command(
    epilog="Example: mailer organisations add new-ngo --name 'New NGO' --kind ngo"
)
@click.argument("code")
@values
@by_option
@because_option
@as_json
@with_site
async def add(
    site: Site,
    code: str,
    by: str,
    because: str | None,
    as_json: bool,
    **given: str | None,
) -> None:
    """Add an organisation."""
    async with site.database.writing() as session:
        body = await bodies.add(session, code, given, author(by, because))
    document = {"organisation": body.code}
    output.done(document, f"{body.code} is added", as_json=as_json)


@click.command(epilog="Example: mailer organisations edit icom --fields 'CLT sdg-11'")
@click.argument("code")
@values
@click.option(
    "--version", "seen", help="Refuse if it is not this one; from `show --json`."
)
@by_option
@because_option
@as_json
@with_site
async def edit(
    site: Site,
    code: str,
    seen: str | None,
    by: str,
    because: str | None,
    as_json: bool,
    **given: str | None,
) -> None:
    """Change an organisation; an empty value removes the old one."""
    if not any(each is not None for each in given.values()):
        raise click.UsageError("name something to change, such as --name")
    version, who = version_of(seen), author(by, because)
    async with site.database.writing() as session:
        changed = await bodies.edit(session, code, given, who, version=version)
    if as_json:
        output.json_document({"organisation": code, "changed": changed})
        return
    output.changed(changed)


@click.command(epilog="Example: mailer organisations merge icom icomos --yes")
@click.argument("code")
@click.argument("into")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def merge(
    site: Site,
    code: str,
    into: str,
    by: str,
    because: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Merge the organisation CODE into the one INTO; it asks on a terminal.

    Its contacts go to INTO, which keeps its own values; CODE retires.
    """
    async with site.database.reading() as session:
        number = await bodies.contacts_of(session, code)
    acting.ask(f"Merge {code} with {counted(number, 'contact')} into {into}?", yes=yes)
    async with site.database.writing() as session:
        moved = await bodies.merge(session, code, into, author(by, because))
    output.done(
        {"organisation": into, "merged": code, "contacts": moved},
        f"{code} is merged into {into}, with {counted(moved, 'contact')}",
        as_json=as_json,
    )


@click.command(epilog="Example: mailer organisations retire icom --yes")
@click.argument("code")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def retire(
    site: Site, code: str, by: str, because: str | None, yes: bool, as_json: bool
) -> None:
    """Take an organisation without contacts out of the lists; it asks on a terminal."""
    acting.ask(f"Retire {code}?", yes=yes)
    async with site.database.writing() as session:
        body = await bodies.retire(session, code, author(by, because))
    document = {"organisation": body.code}
    output.done(document, f"{body.code} is retired", as_json=as_json)
