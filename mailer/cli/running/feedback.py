"""`mailer feedback`: its verbs are imported when they are used."""

import click

from mailer.cli.deferred import CommandPlace, DeferredGroup

CLASSIFYING = "mailer.cli.running.classifying"
RETURNED = "mailer.cli.running.returned"
PLACES = {
    "verdict": CommandPlace(
        CLASSIFYING,
        "Print the verdict on each SMTP reply of stdin, one a line.",
        "verdict_",
    ),
    "classify": CommandPlace(
        CLASSIFYING,
        "Print what each returned mail is, and whom it concerns; change nothing.",
        "classify_",
    ),
    "read": CommandPlace(
        RETURNED,
        "Take returned mail by LMTP or SMTP, and read the folders, until stopped.",
        "read",
    ),
    "listen": CommandPlace(
        RETURNED,
        "Take returned mail by LMTP or SMTP, and read the folders, until stopped.",
        "listen",
    ),
    "quarantine": CommandPlace(
        "mailer.cli.running.quarantine",
        "List, show, release and discard mails that are not believed or not"
        " understood.",
    ),
}


@click.group(cls=DeferredGroup, places=PLACES)
def command() -> None:
    """Read the replies of relays, and the mails that come back."""
