"""`mailer schedule`: try a cadence before saving it."""

from datetime import datetime

import rich_click as click

from mailer.cli.command import as_json
from mailer.cli.writing.instants import after_option, count_option, show_instants
from scheduler import words


@click.group()
def command() -> None:
    """Try a cadence in words, in English or French."""


@command.command(
    "next", epilog="Example: mailer schedule next 'first Tuesday 10:00' --count 3"
)
@click.argument("cadence")
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    help="The zone of the time, such as Europe/Paris.",
)
@after_option
@count_option
@as_json
def next_(
    cadence: str, zone: str, after: datetime | None, count: int, as_json: bool
) -> None:
    """Show the next instants of a cadence, and the cadence in full words."""
    understood = words.parse(cadence, zone=zone)
    show_instants(understood, after=after, count=count, as_json=as_json)
