"""`mailer history`: who did what, and when."""

from datetime import datetime
from typing import Any

import rich_click as click

from mailer.cli import output
from mailer.cli.command import NUMBER, as_json, with_site
from mailer.cli.record import wording
from mailer.reports.record import history
from mailer.reports.record.history_sources import HistoryEntry
from mailer.sites.site import Site


@click.command(epilog="Example: mailer history --campaign 1 --json-lines")
@click.option("--campaign", type=NUMBER, help="Acts on the campaign of this number.")
@click.option(
    "--contact",
    "address",
    help="Consent, changes, suppressions, messages of an address.",
)
@click.option("--user", help="Acts of this user.")
@click.option(
    "--since",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Acts since the beginning of this day, in site.zone.",
)
@as_json
@click.option(
    "--json-lines", "as_lines", is_flag=True, help="Print one JSON object a line."
)
@with_site
async def command(
    site: Site,
    campaign: int | None,
    address: str | None,
    user: str | None,
    day: datetime | None,
    as_json: bool,
    as_lines: bool,
) -> None:
    """Show who did what, and when, newest first; times are in site.zone."""
    since = day.replace(tzinfo=site.zone) if day else None
    async with site.database.reading() as session:
        limits = await history.wanted(
            session, site, campaign=campaign, address=address, user=user, since=since
        )
        acts = history.read(session, limits)
        if as_json:
            output.json_document([_document(each) async for each in acts])
            return
        async for each in acts:
            if as_lines:
                output.json_line(_document(each))
            else:
                when = output.local(each.at, site.zone)
                said = wording.in_words(each.about, each.detail, site.zone)
                who = each.by or "-"
                output.line(f"{when}  {who}  {each.about}  {each.act}  {said}".rstrip())


def _document(each: HistoryEntry) -> dict[str, Any]:
    return {
        "at": each.at.isoformat(timespec="seconds"),
        "by": each.by,
        "about": each.about,
        "act": each.act,
        "detail": each.detail,
    }
