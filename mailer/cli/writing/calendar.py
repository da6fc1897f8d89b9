"""`mailer calendar`: what is planned in a year."""

from pathlib import Path
from zoneinfo import ZoneInfo

import rich_click as click

from mailer import clock
from mailer.calendar.showing import documents, entries, feed, spans
from mailer.cli import output, saving
from mailer.cli.command import with_site
from mailer.cli.writing.instants import YEAR
from mailer.sites.site import Site


@click.command(
    epilog="Example: mailer calendar --year 2027 --format html --out 2027.html"
)
@click.option("--year", type=YEAR, help="The year to show; else this year.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "ics", "html"]),
    default="text",
    show_default=True,
    help="Text, iCalendar or a web page.",
)
@saving.out_option
@click.option(
    "--feed", "asks_feed", is_flag=True, help="Print the address of the calendar feed."
)
@with_site
async def command(
    site: Site, year: int | None, form: str, out: Path | None, asks_feed: bool
) -> None:
    """Show what is planned in a year, as text, iCalendar or a web page.

    It has the slots of series and the times of campaigns, and what each waits for.
    """
    if asks_feed:
        address = feed.address(site)
        output.line(address or "there is no feed: web.calendar_feed is empty")
        return
    zone, office = site.settings.site.zone, site.settings.office.office
    shown = year or clock.now().astimezone(ZoneInfo(zone)).year
    first, last = spans.year(shown, zone)
    async with site.database.reading() as session:
        found = await entries.between(
            session, first=first, last=last, zone=zone, office=office
        )
    title = f"{site.settings.site.name} {shown}"
    if form == "ics":
        written = documents.icalendar(title, found, domain=site.settings.mail.domain)
    else:
        write = documents.html if form == "html" else documents.text
        written = write(title, found).encode()
    _put(out, written, form)


def _put(out: Path | None, written: bytes, form: str) -> None:
    if out is None and form == "text":
        for line in written.decode().splitlines():
            output.line(line)
        return
    with saving.saving(out) as file:
        file.write(written)
