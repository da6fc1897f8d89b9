"""`mailer campaigns`: write, approve, schedule, send and count campaigns."""

import asyncio
from dataclasses import asdict
from pathlib import Path

import rich_click as click

from mailer import clock
from mailer.calendar import announcing
from mailer.campaigns import control, lookup
from mailer.campaigns.review import gate, preview
from mailer.campaigns.writing import edit, folder
from mailer.cli import acting, interruption, output
from mailer.cli.command import (
    NUMBER,
    as_json,
    by_option,
    with_site,
    yes_option,
)
from mailer.cli.writing import checking, timing, translating
from mailer.cli.writing.reporting import show_coverage, show_report
from mailer.errors import RefusedError, counted
from mailer.outbox import release
from mailer.outcomes import closing, resuming
from mailer.reports import coverage, shapes, totals
from mailer.sites.site import Site
from mailer.store import identity


@click.group()
def command() -> None:
    """Write, approve, schedule, send and count campaigns."""


command.add_command(translating.export_po)
command.add_command(translating.import_po)
for timed in (timing.approve, timing.schedule_, timing.unschedule):
    command.add_command(timed)


@command.command("list", epilog="Example: mailer campaigns list --json")
@as_json
@with_site
async def list_(site: Site, as_json: bool) -> None:
    """List the campaigns, newest first."""
    async with site.database.reading() as session:
        fallen = await control.fallen_times(session)
        campaigns = [
            shapes.campaign(each, fallen.get(each.id))
            for each in await lookup.listed(session)
        ]
        halt = (await identity.read(session)).halt
        open_slots = await announcing.shown(session, now=clock.now())
    if halt:
        output.say(f"nothing is sent: {halt}")
    for slot in open_slots:
        output.say(slot.sentence)
    if as_json:
        output.json_document(campaigns)
    else:
        columns = ("id", "reference", "name", "state", "at")
        output.table("Campaigns", columns, shapes.columns(campaigns, *columns))
        for number, at in fallen.items():
            output.say(timing.fell(number, at))


@command.command("import", epilog="Example: mailer campaigns import campaigns/may")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--replace", type=NUMBER, help="The number of the campaign it replaces.")
@click.option(
    "--by", "author", help="The author; else the one in campaign.toml, else you."
)
@as_json
@with_site
async def import_(
    site: Site, directory: Path, replace: int | None, author: str | None, as_json: bool
) -> None:
    """Import a campaign folder; --replace voids the approval of that campaign."""
    written = folder.read(directory)
    author = await acting.user(site, author or written.author)
    now = clock.now()
    async with site.database.writing() as session:
        if replace is None:
            campaign = await edit.add(
                session, written, templates=site.templates, author=author, now=now
            )
        else:
            campaign = await lookup.get(session, replace)
            await edit.replace(
                session, campaign, written, templates=site.templates, by=author, now=now
            )
    if as_json:
        output.json_document({"id": campaign.id})
    else:
        output.line(f"campaign {campaign.id}: {campaign.name}, a draft by {author}")
    await timing.say_fallen(site, campaign.id)


@command.command(epilog="Example: mailer campaigns check 1")
@click.argument("campaign_id", type=NUMBER)
@as_json
@with_site
async def check(site: Site, campaign_id: int, as_json: bool) -> int:
    """Check a campaign and show all problems; errors block approval."""
    checked = await gate.check(site, campaign_id, now=clock.now())
    if as_json:
        output.json_document(shapes.check(checked))
    else:
        checking.show(checked)
    return 0 if checked.ok else 1


@command.command(
    "preview",
    epilog="Example: mailer campaigns preview 1 --as unesco-liaison@icom.example",
)
@click.argument("campaign_id", type=NUMBER)
@click.option("--as", "address", required=True, help="The address of the reader.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["eml", "html", "text"]),
    default="text",
    show_default=True,
    help="The whole message, or one part.",
)
@with_site
async def preview_(site: Site, campaign_id: int, address: str, form: str) -> None:
    """Print the message that one reader would get."""
    made = await preview.preview(site, campaign_id, address, now=clock.now())
    if made.excluded:
        output.say(f"{address} would not get it: {made.excluded}")
    output.octets(preview.part(made, form))


@command.command("release", epilog="Example: mailer campaigns release 1 --expect 240")
@click.argument("campaign_id", type=NUMBER)
@click.option("--expect", type=int, help="Refuse any other number of readers.")
@yes_option
@timing.again_option
@by_option
@with_site
async def release_(
    site: Site, campaign_id: int, expect: int | None, yes: bool, again: bool, by: str
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
        raise await interruption.of_release(site, campaign_id) from None
    output.line(f"released: the ledger has {counted(count, 'reader')}")


@command.command(epilog="Example: mailer campaigns pause 1")
@click.argument("campaign_id", type=NUMBER)
@by_option
@with_site
async def pause(site: Site, campaign_id: int, by: str) -> None:
    """Pause a campaign; when this command returns, no more messages are marked."""
    async with site.database.writing() as session:
        paused = await control.pause(
            session, campaign_id, by=by, because=f"paused by {by}", now=clock.now()
        )
        campaign = await lookup.get(session, campaign_id)
        if not paused:
            raise RefusedError(f"{campaign.name} is {campaign.state}, not sending")
    output.line(f"{campaign.name} is paused")


@command.command(epilog="Example: mailer campaigns resume 1")
@click.argument("campaign_id", type=NUMBER)
@by_option
@click.option(
    "--leave-refused", is_flag=True, help="Do not send refused messages again."
)
@with_site
async def resume(site: Site, campaign_id: int, by: str, leave_refused: bool) -> None:
    """Continue a paused campaign; send again what was refused by a fault of ours."""
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        again = await resuming.resume(
            session, campaign, by=by, leave_refused=leave_refused, now=clock.now()
        )
    refused = f"; {again:,} refused messages are sent again" if again else ""
    output.line(f"{campaign.name} continues{refused}")


@command.command(epilog="Example: mailer campaigns cancel 1 --yes")
@click.argument("campaign_id", type=NUMBER)
@by_option
@yes_option
@with_site
async def cancel(site: Site, campaign_id: int, by: str, yes: bool) -> None:
    """Cancel a campaign; messages that are not marked are never sent.

    It asks on a terminal.
    """
    now = clock.now()
    acting.ask("Cancel it? Messages already sent cannot be recalled.", yes=yes)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        stopped = await closing.cancel(session, campaign, by=by, now=now)
    output.line(f"{campaign.name} is cancelled; {stopped} messages stay unsent")


@command.command(epilog="Example: mailer campaigns report 1 --json")
@click.argument("campaign_id", type=NUMBER)
@as_json
@with_site
async def report(site: Site, campaign_id: int, as_json: bool) -> None:
    """Count the messages of a campaign by state, language and kind of reader."""
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
        counted = await totals.report(session, campaign)
    await timing.say_fallen(site, campaign_id)
    if as_json:
        output.json_document(counted.as_json())
    else:
        show_report(campaign.name, counted)


@command.command("coverage", epilog="Example: mailer campaigns coverage 1")
@click.argument("campaign_id", type=NUMBER)
@as_json
@with_site
async def coverage_(site: Site, campaign_id: int, as_json: bool) -> None:
    """Count for each block the readers it concerns and reaches, and why not all."""
    blocks = await coverage.coverage(site, campaign_id, now=clock.now())
    if as_json:
        output.json_document([asdict(each) for each in blocks])
    else:
        show_coverage(blocks)
