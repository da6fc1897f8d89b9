"""How the instants of a cadence are asked for, and look as JSON and on the terminal."""

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import INSTANT
from scheduler import cadences, words
from scheduler.cadences import Cadence

after_option = click.option("--after", type=INSTANT, help="From when; now if left out.")
count_option = click.option(
    "--count",
    default=5,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many.",
)


def show_instants(
    cadence: Cadence, *, after: datetime | None, count: int, as_json: bool
) -> None:
    """Print when a cadence comes next, and how its words were understood."""
    zone = ZoneInfo(cadence.zone)
    slots = islice(cadences.slots_after(cadence, after or clock.now()), count)
    instants = [slot.instant.astimezone(zone) for slot in slots]
    understood = words.describe(cadence)
    if as_json:
        output.json_document(
            {
                "instants": [instant.isoformat() for instant in instants],
                "understood": understood,
            }
        )
        return
    output.line(understood)
    for instant in instants:
        output.line(f"{instant:%A %Y-%m-%d %H:%M %z}")
