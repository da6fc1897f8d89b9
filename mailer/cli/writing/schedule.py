"""`mailer schedule`: try a cadence before saving it."""

from datetime import datetime

import rich_click as click

from mailer.cli.command import as_json
from mailer.cli.writing.instants import (
    after_option,
    count_option,
    day_of,
    event_option,
    show_instants,
)
from scheduler import office, words
from scheduler.office import Office


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
@click.option(
    "--holidays",
    default="",
    help="The calendar of holidays that working days leave out, such as FR.",
)
@event_option
@after_option
@count_option
@as_json
def next_(
    cadence: str,
    zone: str,
    holidays: str,
    event: datetime | None,
    after: datetime | None,
    count: int,
    as_json: bool,
) -> None:
    """Show the next instants of a cadence, and the cadence in full words.

    The settings of a site are not read; `series preview` reads them.
    """
    understood = words.understand(cadence, zone=zone)
    calendar = office.calendar(holidays) if holidays else ""
    show_instants(
        understood,
        after=after,
        count=count,
        as_json=as_json,
        office=Office(calendar=calendar),
        event=day_of(event),
    )
