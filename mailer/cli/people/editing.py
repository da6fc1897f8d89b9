"""`mailer contacts add`, `edit` and `move`."""

from collections.abc import Callable
from typing import Any

import rich_click as click

from audiences.upkeep import editing
from audiences.upkeep.contact_details import WantedContact
from mailer.cli import output
from mailer.cli.command import as_json, by_option, version_of, with_site
from mailer.cli.people.authors import author, because_option
from mailer.errors import counted
from mailer.sites.site import Site
from mailer.stewardship import changing

VALUES = {  # option → what it holds
    "--name": "The person or function.",
    "--function": "Its job title, at --at or its primary organisation.",
    "--languages": "Its own languages in order of preference, such as 'ar fr'.",
    "--timezone": "An IANA zone, such as Africa/Dakar.",
    "--telephones": "Its telephone numbers; semicolons between several.",
    "--postal-address": "Its postal address, in lines or on one.",
    "--website": "Its web site: https://awa.example.",
    "--tags": "All its tags, with commas between several.",
    "--notes": "What the unit notes about it.",
    "--second-address": "All its other addresses; they are never written to.",
    "--roles": "Its roles, such as 'head press'.",
    "--basis": "Why it gets the topics; kept as evidence.",
}
topic_option = click.option(
    "--topic", "topics", multiple=True, help="A topic to subscribe to."
)


def values(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command an option for each value of a contact."""
    for option, holds in reversed(VALUES.items()):
        function = click.option(option, help=holds)(function)
    return function


@click.command(
    epilog="Example: mailer contacts add press@icom.example --organisation icom"
)
@click.argument("address")
@click.option("--organisation", required=True, help="The code of its organisation.")
@values
@topic_option
@by_option
@because_option
@as_json
@with_site
async def add(
    site: Site, address: str, by: str, because: str | None, as_json: bool, **given: Any
) -> None:
    """Add a contact."""
    async with site.database.writing() as session:
        contact = await editing.add(
            session,
            address,
            WantedContact(**given),
            author(by, because),
            key=site.address_key,
        )
    added = contact.address
    output.done({"address": added}, f"{added} is added", as_json=as_json)


@click.command(
    epilog="Example: mailer contacts edit unesco-liaison@icom.example --name 'Awa Ba'"
)
@click.argument("address")
@values
@click.option("--organisation", help="Its new primary organisation.")
@click.option("--at", help="The organisation of the roles; it joins it if need be.")
@click.option("--leave", help="A further organisation to leave.")
@topic_option
@click.option("--end-topic", "ended", multiple=True, help="A topic to unsubscribe.")
@click.option(
    "--version", "seen", help="Refuse if it is not this one; from `contacts show`."
)
@by_option
@because_option
@as_json
@with_site
async def edit(
    site: Site,
    address: str,
    seen: str | None,
    by: str,
    because: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Change a contact; an empty value, such as --name '', removes the old one."""
    wanted, version = WantedContact(**given), version_of(seen)
    if wanted == WantedContact():
        raise click.UsageError("name something to change, such as --name")
    who = author(by, because)
    async with site.database.writing() as session:
        changed = await changing.edit(
            session, site, address, wanted, who, version=version
        )
    if as_json:
        output.json_document({"address": address, "changed": changed})
        return
    output.changed(changed)


@click.command(
    epilog="Example: mailer contacts move unesco-liaison@icom.example new@icom.example"
)
@click.argument("address")
@click.argument("new")
@by_option
@because_option
@as_json
@with_site
async def move(
    site: Site, address: str, new: str, by: str, because: str | None, as_json: bool
) -> None:
    """Give a contact another address; its roles, wishes and messages follow.

    The old address is suppressed: a list that still has it brings no second copy.
    """
    who = author(by, because)
    async with site.database.writing() as session:
        moved = await changing.move(session, site, address, new, who)
    lines = [f"{address} is {new} now"]
    if moved.waiting:
        lines.append(f"{counted(moved.waiting, 'message')} that wait go to {new}")
    if moved.suppressed:
        lines.append(
            f"{new} is suppressed, as the old address was: {moved.suppressed};"
            f" `mailer suppressions lift {new}` ends that"
        )
    document = {"address": new, "former": address, "waiting": moved.waiting}
    document["suppressed"] = moved.suppressed
    output.done(document, *lines, as_json=as_json)
