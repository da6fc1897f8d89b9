"""Options for the instants of a cadence, and how they are printed."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import rich_click as click

from mailer import clock
from mailer.cli import output
from mailer.cli.command import Instant, WholeNumber
from scheduler import instants, slots
from scheduler.cadences import Slot
from scheduler.office import ALWAYS_SAME, Office
from scheduler.slots import Dated
from scheduler.words import Understood

YEAR = WholeNumber(1970, 2199)

after_option = click.option(
    "--after",
    type=Instant(local=True),
    help="Show instants after this one, by default in the zone of the cadence; else"
    " after now.",
)
count_option = click.option(
    "--count",
    default=5,
    show_default=True,
    type=WholeNumber(1, 1000),
    help="How many instants to show.",
)
zone_option = click.option(
    "--zone", help="The zone of the time, such as Europe/Paris; else site.zone."
)
event_option = click.option(
    "--event",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which the cadence counts: of the forum, the event, the release.",
)


follows_option = click.option(
    "--follows",
    metavar="SERIES|CAMPAIGN",
    help="Count from the release or event of these letters, of a series or of one.",
)


def day_of(event: datetime | None) -> date | None:
    """Return the day that --event names."""
    return None if event is None else event.date()


def start_of(after: datetime | None, zone: str) -> datetime:
    """Return the instant of --after, in a zone unless it names one; else now."""
    if after is None or after.tzinfo is not None:
        return after or clock.now()
    return instants.instant_of(after, ZoneInfo(zone))


def show_instants(
    understood: Understood,
    *,
    after: datetime | None,
    count: int,
    as_json: bool,
    office: Office = ALWAYS_SAME,
    event: date | None = None,
) -> None:
    """Print the next instants of a cadence, and the cadence in full words."""
    start = start_of(after, understood.cadence.zone)
    following = slots.slots_after(understood.cadence, start, office=office, event=event)
    found = [slot.instant for slot in islice(following, count)]
    show_found(understood, found, as_json=as_json)


def show_found(
    understood: Understood, coming: Sequence[datetime], *, as_json: bool
) -> None:
    """Print instants of a cadence, and the cadence in full words."""
    zone = ZoneInfo(understood.cadence.zone)
    found = [each.astimezone(zone) for each in coming]
    if as_json:
        output.json_document(
            {
                "instants": [instant.isoformat() for instant in found],
                "understood": understood.sentence,
            }
        )
        return
    output.line(understood.sentence)
    for instant in found:
        output.line(f"{instant:%A %Y-%m-%d %H:%M %z}")


def show_year(
    understood: Understood,
    *,
    year: int,
    office: Office,
    event: date | None,
    as_json: bool,
) -> None:
    """Print the dates of a cadence in a year, with what is special about each."""
    cadence = understood.cadence
    zone = ZoneInfo(cadence.zone)
    found = slots.slots_in(cadence, year, office=office, event=event)
    rows = [
        (slot.instant.astimezone(zone), _remark(slot, dated, office, zone))
        for slot, dated in found
    ]
    if as_json:
        dates = [{"at": at.isoformat(), "remark": remark} for at, remark in rows]
        output.json_document(
            {"understood": understood.sentence, "year": year, "dates": dates}
        )
        return
    output.line(understood.sentence)
    for at, remark in rows:
        output.line(f"{at:%a %Y-%m-%d %H:%M %z}" + (f"  {remark}" if remark else ""))
    if not rows:
        output.say(f"it has no date in {year}")


def _remark(slot: Slot, dated: Dated, office: Office, zone: ZoneInfo) -> str:
    """Return why a date was moved or has another hour, or that it is no working day."""
    remarks = []
    if dated.planned != dated.day:
        why = office.why_closed(dated.planned)
        remarks.append(f"instead of {dated.planned} ({why})")
    elif why := office.why_closed(dated.day):
        remarks.append(f"the office is closed: {why}" if why != "closed" else "closed")
    if instants.is_skipped(slot.local, zone):
        remarks.append(f"the clocks skip {slot.local:%H:%M} on this day")
    return "; ".join(remarks)
