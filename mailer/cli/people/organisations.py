"""`mailer organisations`: its verbs are imported when they are used."""

import click

from mailer.cli.deferred import CommandPlace, DeferredGroup

LISTING, CHANGING = "mailer.cli.people.bodies", "mailer.cli.people.changing_bodies"
PLACES = {
    "list": CommandPlace(LISTING, "List organisations, a page at a time.", "list_"),
    "show": CommandPlace(
        LISTING, "Show an organisation: facts, contacts and history.", "show"
    ),
    "export": CommandPlace(
        LISTING, "Write organisations to a file, which can be imported again.", "export"
    ),
    "add": CommandPlace(CHANGING, "Add an organisation.", "add"),
    "edit": CommandPlace(
        CHANGING,
        "Change an organisation; an empty value removes the old one.",
        "edit",
    ),
    "merge": CommandPlace(
        CHANGING,
        "Merge the organisation CODE into the one INTO; it asks on a terminal.",
        "merge",
    ),
    "retire": CommandPlace(
        CHANGING,
        "Take an organisation without contacts out of the lists; it asks on a"
        " terminal.",
        "retire",
    ),
}


@click.group(cls=DeferredGroup, places=PLACES)
def command() -> None:
    """List, show, change and export organisations."""
