"""Commands that approve campaigns and give them their time."""

from datetime import datetime

import rich_click as click

from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns import lookup, signatures
from mailer.campaigns.models import Approval, Campaign
from mailer.campaigns.review import approval, gate
from mailer.cli import acting, output
from mailer.cli.campaigns import acted, fallen
from mailer.cli.command import INSTANT, NUMBER, as_json, by_option, with_site
from mailer.errors import RefusedError, counted
from mailer.reports import repeated
from mailer.sites.site import Site


@click.command(epilog="Example: mailer campaigns approve 1 --by head-of-unit")
@click.argument("campaign_id", type=NUMBER)
@click.option("--at", "time", type=INSTANT, help="Approve this time only.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Approve any time until this day ends, in the campaign's zone.",
)
@click.option("--old-date", is_flag=True, help="Although its date has passed.")
@by_option
@as_json
@with_site
async def approve(
    site: Site,
    campaign_id: int,
    time: datetime | None,
    until: datetime | None,
    old_date: bool,
    by: str,
    as_json: bool,
) -> None:
    """Approve a campaign as it is now; any later edit voids the approval.

    The approver has written none of the content. An approval without a time holds for
    the campaign's time if it is scheduled, else for any time.
    """
    if site.settings.approval.only_console:
        raise RefusedError("approval.only_console is true: no command approves")
    if time is not None and until is not None:
        raise click.UsageError("give either --at or --until")
    day = None if until is None else until.date()
    given = await gate.approve(
        site,
        campaign_id,
        by=by,
        now=clock.now(),
        time=time,
        until=day,
        old_date=old_date,
    )
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        more = await signatures.missing(session, given)
    _show_approval(site, campaign, given, more, as_json=as_json)
    await fallen.say(site, campaign_id)


def _show_approval(
    site: Site, campaign: Campaign, given: Approval, more: int, *, as_json: bool
) -> None:
    last = approval.last_day(given, campaign)
    when = f", for {output.local(given.time, site.zone)} only" if given.time else ""
    when += f", for any time until {last}" if last else ""
    when += f"; {counted(more, 'other user')} must approve it too" if more else ""
    readers = counted(given.count, "reader")
    acted.show(
        campaign,
        f"{given.by} approved {campaign.name} for {readers}{when}",
        as_json=as_json,
        readers=given.count,
        only_at=given.time and given.time.isoformat(),
        until=last and last.isoformat(),
        missing=more,
    )


async def ask_again(site: Site, campaign_id: int, *, again: bool) -> None:
    """Say which readers would get a text again, and ask on a terminal."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        repeats = await repeated.repeats(session, campaign, now=clock.now())
    for each in repeats:
        output.say(each)
    if repeats:
        acting.ask("Send the same text again?", yes=again)


again_option = click.option(
    "--again", is_flag=True, help="Do not ask before readers get a text again."
)


@click.command(
    "schedule",
    epilog="Example: mailer campaigns schedule 1 --at '2027-05-04T10:00 Europe/Paris'",
)
@click.argument("campaign_id", type=NUMBER)
@click.option(
    "--at",
    "moment",
    type=INSTANT,
    help="The instant, with its offset or the name of its zone.",
)
@click.option("--series", help="The series; the campaign gets its next open slot.")
@again_option
@by_option
@as_json
@with_site
async def schedule_(
    site: Site,
    campaign_id: int,
    moment: datetime | None,
    series: str | None,
    again: bool,
    by: str,
    as_json: bool,
) -> None:
    """Give an approved campaign its time: an instant, or a slot of a series.

    Refused is a time at which it could not go. On a terminal it asks before readers get
    a text again.
    """
    when = moment or series
    if when is None or (moment and series):
        raise click.UsageError("give either --at or --series")
    now = clock.now()
    checked, warnings = await schedule.require_sendable(
        site, campaign_id, when, now=now
    )
    for each in warnings:
        output.say(f"{each.where}: {each.what}")
    await ask_again(site, campaign_id, again=again)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        if moment is not None:
            await schedule.at(session, site, campaign, moment, by=by, now=now)
        elif series is not None:
            await schedule.in_series(
                session, site, campaign, series, by=by, now=now, checked=checked
            )
    if campaign.at is not None:
        sentence = f"{campaign.name} goes at {output.local(campaign.at, site.zone)}"
        acted.show(campaign, sentence, as_json=as_json)


@click.command(epilog="Example: mailer campaigns unschedule 1")
@click.argument("campaign_id", type=NUMBER)
@by_option
@as_json
@with_site
async def unschedule(site: Site, campaign_id: int, by: str, as_json: bool) -> None:
    """Take a campaign's time away; an approval for any time stays."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await schedule.remove(session, campaign, by=by, now=clock.now())
    sentence = f"{campaign.name} has no time; it is {campaign.state}"
    acted.show(campaign, sentence, as_json=as_json)
