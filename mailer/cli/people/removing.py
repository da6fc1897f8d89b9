"""`mailer contacts remove`, `erase` and `merge`."""

import rich_click as click

from audiences import contacts
from audiences.contacts import Contact
from mailer.cli import acting, output
from mailer.cli.command import as_json, by_option, with_site, yes_option
from mailer.cli.people.authors import author, because_option
from mailer.errors import counted
from mailer.reports import letters
from mailer.sites.site import Site
from mailer.stewardship import changing, removing


@click.command(
    epilog="Example: mailer contacts remove unesco-liaison@icom.example --yes"
)
@click.argument("address")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def remove(
    site: Site, address: str, by: str, because: str | None, yes: bool, as_json: bool
) -> None:
    """Take a contact out of the directory; it asks on a terminal.

    It can come back by an import; a wish of the reader still holds then.
    """
    known = await _described(site, address)
    acting.ask(f"Remove {known}?", yes=yes)
    async with site.database.writing() as session:
        deleted = await removing.remove(
            session, address, author(by, because), key=site.address_key
        )
    kept = "" if deleted else "; its messages stay in the reports, without an address"
    document = {"address": address, "deleted": deleted}
    output.done(document, f"{address} is removed{kept}", as_json=as_json)


@click.command(
    epilog="Example: mailer contacts erase unesco-liaison@icom.example --yes"
)
@click.argument("address")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def erase(
    site: Site, address: str, by: str, because: str | None, yes: bool, as_json: bool
) -> None:
    """Erase a person for good; it asks on a terminal.

    A keyed fingerprint of the address stays, so that no later import stores the person
    again. Backups still have the person until they are deleted.
    """
    acting.ask(f"Erase all that is stored about {address}?", yes=yes)
    who = author(by, because)
    async with site.database.writing() as session:
        await changing.erase(session, site, address, who)
    output.done(
        {"address": address},
        f"{address} is erased; no import stores this address again",
        as_json=as_json,
    )


@click.command(
    epilog="Example: mailer contacts merge unesco-liaison@icom.example"
    " unesco-liaison@icomos.example --yes"
)
@click.argument("address")
@click.argument("into")
@by_option
@because_option
@yes_option
@as_json
@with_site
async def merge(
    site: Site,
    address: str,
    into: str,
    by: str,
    because: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Merge the contact ADDRESS into the contact INTO; it asks on a terminal.

    INTO keeps its values and gets what it lacks. A suppression, a stop or an
    unsubscription of one of the two holds for the merged contact.
    """
    known = await _described(site, address)
    acting.ask(f"Merge {known} into {into}?", yes=yes)
    who = author(by, because)
    async with site.database.writing() as session:
        merged = await changing.merge(session, site, address, into, who)
    number = merged.messages
    lines = [f"{address} is merged into {into}, with {counted(number, 'message')}"]
    if merged.suppressed:
        lines.append(f"{into} is suppressed now, as {address} was: {merged.suppressed}")
    document = {"address": into, "merged": address, "messages": number}
    document["suppressed"] = merged.suppressed
    output.done(document, *lines, as_json=as_json)


async def _described(site: Site, address: str) -> str:
    """Return a contact in words, with the number of its letters."""
    async with site.database.reading() as session:
        contact: Contact = await contacts.find(session, address, key=site.address_key)
        number = len(await letters.of_contact(session, contact.id))
    return (
        f"{contact.address}, {contact.name or 'no name'}, {counted(number, 'letter')}"
    )
