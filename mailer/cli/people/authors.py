"""Who changes the directory by a command, when and why."""

import click

from audiences.record.changes import Author
from mailer import clock
from mailer.cli import acting

because_option = click.option("--because", help="Why; shown in the history.")


def author(by: str, because: str | None) -> Author:
    """Return the author of a change, at the account of this machine, now."""
    return Author(
        by=by, at=clock.now(), because=because, account=acting.machine_account()
    )
