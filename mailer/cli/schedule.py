"""`mailer schedule`: try a cadence before saving it."""

from datetime import datetime
from itertools import islice

import rich_click as click

from mailer import site as sites
from mailer.cli.command import INSTANT, as_json
from mailer.cli.instants import show_instants
from scheduler import schedule as schedules
from scheduler import words


@click.group()
def command() -> None:
    """Try a cadence in words, in English or French."""


@command.command(
    "next", epilog="Example: mailer schedule next 'first Tuesday 10:00' --count 3"
)
@click.argument("cadence")
@click.option("--zone", default="UTC", show_default=True, help="Where the hour is.")
@click.option("--after", type=INSTANT, help="From when; now if left out.")
@click.option(
    "--count",
    default=5,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many.",
)
@as_json
def next_(
    cadence: str, zone: str, after: datetime | None, count: int, as_json: bool
) -> None:
    """Show the coming instants of a cadence, and how it was understood."""
    understood = words.parse(cadence, zone=zone)
    slots = islice(schedules.slots_after(understood, after or sites.now()), count)
    show_instants(understood, list(slots), as_json=as_json)
