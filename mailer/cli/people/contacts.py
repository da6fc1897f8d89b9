"""`mailer contacts`: its verbs are imported when they are used."""

import click

from mailer.cli.deferred import CommandPlace, DeferredGroup

PLACES = {
    "import": CommandPlace(
        "mailer.cli.directory.importing",
        "Check a list of contacts; with --apply, write the valid rows.",
        "import_",
    ),
    "template": CommandPlace(
        "mailer.cli.directory.template",
        "Write an example list with every column, as CSV, into a new FILE.",
        "template",
    ),
    "sources": CommandPlace(
        "mailer.cli.directory.sources",
        "Keep lists that stay where they are, and read them again.",
    ),
    "imports": CommandPlace(
        "mailer.cli.directory.undoing",
        "List the files that were imported, the latest first.",
        "imports_",
    ),
    "undo": CommandPlace(
        "mailer.cli.directory.undoing",
        "Show what undoing an import does; undo it with --apply, or after a question.",
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
    "person": CommandPlace(
        "mailer.cli.people.showing",
        "Show everything that the site holds on one person.",
        "person",
    ),
    "add": CommandPlace(
        "mailer.cli.people.editing",
        "Add a contact.",
        "add",
    ),
    "edit": CommandPlace(
        "mailer.cli.people.editing",
        "Change a contact; an empty value, such as --name '', removes the old one.",
        "edit",
    ),
    "move": CommandPlace(
        "mailer.cli.people.editing",
        "Give a contact another address; its roles, wishes and messages follow.",
        "move",
    ),
    "merge": CommandPlace(
        "mailer.cli.people.removing",
        "Merge the contact ADDRESS into the contact INTO; it asks on a terminal.",
        "merge",
    ),
    "remove": CommandPlace(
        "mailer.cli.people.removing",
        "Take a contact out of the directory; it asks on a terminal.",
        "remove",
    ),
    "erase": CommandPlace(
        "mailer.cli.people.removing",
        "Erase a person for good; it asks on a terminal.",
        "erase",
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
