"""`mailer contacts`: import contacts, undo an import, show a contact."""

from collections.abc import Mapping
from typing import Any

import rich_click as click

from audiences.person import person
from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.directory.importing import import_
from mailer.cli.directory.undoing import imports_, undo_
from mailer.reports import shapes
from mailer.sites.site import Site


@click.group()
def command() -> None:
    """Import contacts, undo an import, show a contact."""


command.add_command(import_)
command.add_command(imports_)
command.add_command(undo_)


@command.command(epilog="Example: mailer contacts show unesco-liaison@icom.example")
@click.argument("address")
@as_json
@with_site
async def show(site: Site, address: str, as_json: bool) -> None:
    """Show the facts about one contact, and its subscriptions with their evidence."""
    async with site.database.reading() as session:
        contact = await person(session, address, key=site.address_key)
        facts = shapes.person(contact)
    if as_json:
        output.json_document(facts)
        return
    _show_person(facts)


def _show_person(facts: Mapping[str, Any]) -> None:
    """Print the facts that have a value, and each change of consent."""
    shown = {
        **facts,
        "memberships": [_membership(each) for each in facts["memberships"]],
    }
    rows = [
        (name.replace("_", " "), value)
        for name, value in shown.items()
        if value and name not in {"address", "subscriptions", "consent"}
    ]
    output.table(str(facts["address"]), ("fact", "value"), rows)
    output.table(
        "Subscriptions: each change with its evidence",
        ("topic", "standing", "day", "how", "basis"),
        [
            (
                each["topic"],
                each["standing"],
                (each["at"] or "")[:10],
                each["how"],
                each["basis"],
            )
            for each in facts["consent"]
        ],
    )


def _membership(each: Mapping[str, Any]) -> str:
    """Return a further membership in words: `icom (focal_point)`."""
    roles = ", ".join(each["roles"])
    return f"{each['organisation']} ({roles})" if roles else str(each["organisation"])
