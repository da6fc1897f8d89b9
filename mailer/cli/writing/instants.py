"""Options for the instants of a cadence, and how they are printed."""

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import INSTANT
from scheduler import cadences, words
from scheduler.cadences import Cadence

after_option = click.option(
    "--after", type=INSTANT, help="Show instants after this one; else after now."
)
count_option = click.option(
    "--count",
    default=5,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="How many instants to show.",
)


def show_instants(
    cadence: Cadence, *, after: datetime | None, count: int, as_json: bool
) -> None:
    """Print the next instants of a cadence, and the cadence in full words."""
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
