"""`mailer contacts show` and `person`."""

from collections.abc import Mapping
from typing import Any

import rich_click as click

import audiences.person
from audiences.record import changes
from audiences.record.changes import Changed
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.people.histories import day, show_history
from mailer.reports import holdings, letters, people
from mailer.sites.site import Site

TABLES = {
    *("subscriptions", "consent", "letters", "history", "version"),
    *("before_imports", "suppression_history", "message_history"),
}


@click.command(epilog="Example: mailer contacts show unesco-liaison@icom.example")
@click.argument("address")
@as_json
@with_site
async def show(site: Site, address: str, as_json: bool) -> None:
    """Show a contact: facts, language, consent, letters and history."""
    facts = await _facts(site, address)
    if as_json:
        output.json_document(facts)
    else:
        _show(facts)


async def _facts(site: Site, address: str) -> dict[str, Any]:
    async with site.database.reading() as session:
        known = await audiences.person.person(session, address, key=site.address_key)
        number = known.contact.id
        return people.person(
            known,
            await letters.of_contact(session, number),
            await changes.history(session, Changed.CONTACT, number),
        )


def _show(facts: Mapping[str, Any]) -> None:
    """Print the facts that have a value, then what happened, each in a table."""
    language = facts["language"]
    shown = {
        **facts,
        "memberships": [_membership(each) for each in facts["memberships"]],
        "language": f"{' '.join(language['wanted']) or 'the default'}, named by the"
        f" {language['step']}",
    }
    rows = [
        (name.replace("_", " "), value)
        for name, value in shown.items()
        if value and name != "address" and name not in TABLES
    ]
    output.table(str(facts["address"]), ("fact", "value"), rows)
    output.table(
        "Subscriptions: each change with its evidence",
        ("topic", "standing", "day", "how", "basis"),
        [
            (each["topic"], each["standing"], day(each), each["how"], each["basis"])
            for each in facts["consent"]
        ],
    )
    output.table(
        "Letters",
        ("campaign", "name", "state", "day", "language", "organisation", "reason"),
        [
            (
                *(each["campaign"], each["name"], each["state"], day(each)),
                *(each["language"], each["organisation"], each["reason"]),
            )
            for each in facts["letters"]
        ],
    )
    show_history(facts["history"])


def _membership(each: Mapping[str, Any]) -> str:
    """Return a further membership in words: `icom (Directrice, focal_point)`."""
    held = ", ".join(filter(None, [each["function"], *each["roles"]]))
    return f"{each['organisation']} ({held})" if held else str(each["organisation"])


def _import(each: Mapping[str, Any]) -> str:
    """Return an import in words: `1 (list.csv), by marie on 2027-05-04`."""
    by = f", by {each['by']}" if each["by"] else ""
    return f"{each['id']} ({each['file']}){by} on {day(each)}"


@click.command(epilog="Example: mailer contacts person unesco-liaison@icom.example")
@click.argument("address")
@as_json
@with_site
async def person(site: Site, address: str, as_json: bool) -> None:
    """Show everything that the site holds on one person.

    For a request of access. Backups and the logs of the relay are not in it.
    """
    async with site.database.reading() as session:
        facts = await holdings.holdings(session, address, key=site.address_key)
    if as_json:
        output.json_document(facts)
        return
    added = facts["import"]
    _show(facts | {"import": added and _import(added)})
    for key in ("before_imports", "suppression_history", "message_history"):
        title = key.replace("_", " ").capitalize()
        rows = [
            ("; ".join(f"{name}: {value}" for name, value in each.items() if value),)
            for each in facts[key]
        ]
        output.table(title, ("entry",), rows)
