"""`mailer feedback`: its verbs are imported when they are used."""

import click

from mailer.cli.deferred import CommandPlace, DeferredGroup

PLACES = {
    "verdict": CommandPlace(
        "mailer.cli.running.reading",
        "Print the verdict on each SMTP reply of stdin, one per line.",
        "verdict_",
    ),
    "classify": CommandPlace(
        "mailer.cli.running.reading",
        "Print what each returned mail is, and whom it concerns; change nothing.",
        "classify_",
    ),
    "read": CommandPlace(
        "mailer.cli.running.returned",
        "Take in what came back, and change the ledger and suppressions as it proves.",
        "read",
    ),
    "listen": CommandPlace(
        "mailer.cli.running.returned",
        "Take returned mail by LMTP or SMTP, and read the folders, until stopped.",
        "listen",
    ),
    "quarantine": CommandPlace(
        "mailer.cli.returning.quarantine",
        "List, show, release and discard mails that are not believed or not "
        "understood.",
    ),
    "reports": CommandPlace(
        "mailer.cli.returning.sender_reports",
        "Sum up DMARC and TLS reports of 30 days: who sends in our name, and "
        "what fails.",
        "reports",
    ),
}


@click.group(cls=DeferredGroup, places=PLACES)
def command() -> None:
    """Read the replies of relays, and the mails that come back."""
