"""`mailer contacts`: its verbs are imported when they are used."""

import click

from mailer.cli.deferred import CommandPlace, DeferredGroup

PLACES = {
    "import": CommandPlace(
        "mailer.cli.directory.contacts",
        "Check a CSV or XLSX file of contacts; with --apply, write the valid rows.",
        "import_",
    ),
    "undo": CommandPlace(
        "mailer.cli.directory.contacts",
        "Undo an import; rows that were used or changed since are kept.",
        "undo_",
    ),
    "list": CommandPlace(
        "mailer.cli.people.listing", "List contacts, a page at a time.", "list_"
    ),
    "show": CommandPlace(
        "mailer.cli.people.showing",
        "Show a contact: facts, language, consent, letters and history.",
        "show",
    ),
    "export": CommandPlace(
        "mailer.cli.people.exporting",
        "Write contacts to a file, which can be imported again.",
        "export",
    ),
}


@click.group(cls=DeferredGroup, places=PLACES)
def command() -> None:
    """Import, list, show, change and export contacts."""
