"""`mailer tasks`: its verbs are imported when they are used."""

import click

from mailer.cli.deferred import CommandPlace, DeferredGroup

LISTING = "mailer.cli.returning.tasks_listing"
PLACES = {
    "list": CommandPlace(
        LISTING, "List the open tasks, oldest first, 200 at most.", "list_"
    ),
    "show": CommandPlace(
        LISTING,
        "Show a task: who else is known there, and how the organisation can be asked.",
        "show",
    ),
    "done": CommandPlace(
        LISTING,
        "Record that a task is done; the one who follows stays until the mailbox "
        "lives.",
        "done",
    ),
    "ask": CommandPlace(
        "mailer.cli.returning.tasks_asking",
        "Draft a letter that asks the other contacts of the organisations who follows.",
        "ask",
    ),
}


@click.group(cls=DeferredGroup, places=PLACES)
def command() -> None:
    """List contacts that were lost or are back, ask who follows, and finish tasks."""
