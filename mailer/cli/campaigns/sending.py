"""`mailer campaigns release, pause, resume, cancel`: sending and its end."""

import asyncio

import rich_click as click

from mailer import clock
from mailer.campaigns import control, lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.cli import acting, interruption, output
from mailer.cli.campaigns import acted, timing
from mailer.cli.campaigns.timing import again_option
from mailer.cli.command import NUMBER, as_json, by_option, with_site, yes_option
from mailer.cli.interruption import InterruptionError
from mailer.errors import RefusedError, counted
from mailer.outbox import release
from mailer.outcomes import closing, resuming
from mailer.sites.site import Site


@click.command("release", epilog="Example: mailer campaigns release 1 --expect 240")
@click.argument("campaign_id", type=NUMBER)
@click.option("--expect", type=int, help="Refuse any other number of readers.")
@yes_option
@again_option
@by_option
@as_json
@with_site
async def release_(
    site: Site,
    campaign_id: int,
    expect: int | None,
    yes: bool,
    again: bool,
    by: str,
    as_json: bool,
) -> None:
    """Make the messages of an approved campaign now; `mailer work` delivers them.

    On a terminal it shows the number of readers and asks, also before readers get a
    text again.
    """
    readers = await release.count_readers(site, campaign_id, now=clock.now())
    await timing.ask_again(site, campaign_id, again=again)
    if expect is None:
        shown = counted(readers.count, "reader")
        output.say(f"campaign {campaign_id} has {shown} now")
        if readers.change:
            output.say(readers.change)
        if acting.ask(f"Send it to {shown}?", yes=yes):
            expect = readers.count  # no other number than the one that was shown
    try:
        count = await release.release(
            site, campaign_id, by=by, now=clock.now(), expected=expect
        )
    except asyncio.CancelledError:
        raise await _interrupted(site, campaign_id) from None
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
    sentence = f"released: the ledger has {counted(count, 'reader')}"
    acted.show(campaign, sentence, as_json=as_json, readers=count)


async def _interrupted(site: Site, campaign_id: int) -> InterruptionError:
    """Return the error of an interrupted release: whether the campaign is sent."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
    if campaign.state != CampaignState.SENDING:
        return interruption.after(site.database.commits)
    return InterruptionError(
        f"stopped, but {campaign.name} is released: a worker makes the messages that"
        f" are missing, and sends all; `mailer campaigns pause {campaign_id}` stops it"
    )


@click.command(epilog="Example: mailer campaigns pause 1")
@click.argument("campaign_id", type=NUMBER)
@by_option
@as_json
@with_site
async def pause(site: Site, campaign_id: int, by: str, as_json: bool) -> None:
    """Pause a campaign; when this command returns, no more messages are marked."""
    async with site.database.writing() as session:
        paused = await control.pause(
            session, campaign_id, by=by, because=control.paused_by(by), now=clock.now()
        )
        campaign = await lookup.get(session, campaign_id)
        if not paused:
            raise RefusedError(f"{campaign.name} is {campaign.state}, not sending")
    acted.show(campaign, f"{campaign.name} is paused", as_json=as_json)


@click.command(epilog="Example: mailer campaigns resume 1")
@click.argument("campaign_id", type=NUMBER)
@by_option
@click.option(
    "--leave-refused", is_flag=True, help="Do not send refused messages again."
)
@as_json
@with_site
async def resume(
    site: Site, campaign_id: int, by: str, leave_refused: bool, as_json: bool
) -> None:
    """Continue a paused campaign; send again what was refused by a fault of ours."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        again = await resuming.resume(
            session, campaign, by=by, leave_refused=leave_refused, now=clock.now()
        )
    refused = f"; {again:,} refused messages are sent again" if again else ""
    sentence = f"{campaign.name} continues{refused}"
    acted.show(campaign, sentence, as_json=as_json, sent_again=again)


@click.command(epilog="Example: mailer campaigns cancel 1 --yes")
@click.argument("campaign_id", type=NUMBER)
@by_option
@yes_option
@as_json
@with_site
async def cancel(
    site: Site, campaign_id: int, by: str, yes: bool, as_json: bool
) -> None:
    """Cancel a campaign; messages that are not marked are never sent.

    It asks on a terminal.
    """
    now = clock.now()
    acting.ask("Cancel it? Messages already sent cannot be recalled.", yes=yes)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        stopped = await closing.cancel(session, campaign, by=by, now=now)
    unsent = counted(stopped, "message")
    sentence = f"{campaign.name} is cancelled; {unsent} not sent"
    acted.show(campaign, sentence, as_json=as_json, unsent=stopped)
