"""The demonstration: sends sample campaigns to an inbox on this machine.

It does what a real site does: a campaign is imported, checked, approved by a second
user, released, and delivered by SMTP to the bundled inbox.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from mailer import clock
from mailer.calendar import schedule
from mailer.campaigns import lookup
from mailer.campaigns.review import gate
from mailer.campaigns.writing import edit, folder
from mailer.errors import MailerError
from mailer.maintenance import founding
from mailer.outbox import release
from mailer.outbox.message_states import MessageState
from mailer.processes import running
from mailer.reports import totals
from mailer.reports.totals import CampaignReport
from mailer.sites.site import Site

Settled = Callable[[Counter[MessageState]], None]
# states that are not final
OPEN = (MessageState.WAITING, MessageState.DEFERRED, MessageState.UNCERTAIN)
# sample letters that the demonstration leaves for the console to show
DRAFTS, APPROVED, SCHEDULED = ("ngo-actions",), ("consultation",), "programme-news"
AHEAD = timedelta(days=7)  # when the scheduled one leaves
STARTING = 20.0  # seconds the inbox may take to start


@asynccontextmanager
async def inbox(folder: Path) -> AsyncIterator[int]:
    """Run the bundled inbox in a process of its own; yield its port.

    Raises MailerError if it does not start.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "mailer",
        "inbox",
        "--port",
        "0",
        "--maildir",
        str(folder),
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None:
            raise MailerError("the inbox has no output")
        async with asyncio.timeout(STARTING):
            line = (await process.stdout.readline()).decode()
        if not line.startswith("listening on "):
            raise MailerError("the inbox did not start")
        yield int(line.split(",")[0].rpartition(":")[2])
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def prepare(site: Site, campaign_folder: Path) -> int:
    """Import a sample campaign, and approve it as a second user; return its number."""
    now = clock.now()
    written = folder.read(campaign_folder)
    async with site.database.writing() as session:
        campaign = await edit.add(
            session, written, templates=site.templates, author=founding.EDITOR, now=now
        )
    await gate.approve(site, campaign.id, by=founding.APPROVER, now=now, scored=False)
    return campaign.id


async def deliver(
    site: Site,
    campaigns: Sequence[int],
    *,
    released: Callable[[int], None],
    settled: Settled,
) -> list[CampaignReport]:
    """Release campaigns, deliver them to the inbox, and return their reports.

    `released` is called with the number of messages, `settled` with each count of the
    states that were recorded.
    """
    messages = 0
    for campaign_id in campaigns:
        messages += await release.release(
            site, campaign_id, by=founding.EDITOR, now=clock.now()
        )
    released(messages)
    async with inbox(site.root / "inbox") as port:
        relay = site.settings.relay.model_copy(update={"port": port})
        settings = site.settings.model_copy(update={"relay": relay})
        await running.work(
            replace(site, settings=settings), until_idle=True, settled=settled
        )
    reports = []
    async with site.database.reading() as session:
        for campaign_id in campaigns:
            campaign = await lookup.get(session, campaign_id)
            reports.append(await totals.report(session, campaign))
    return reports


async def leave_unfinished(site: Site) -> None:
    """Leave further letters as a unit has them: drafts, approved, with a time."""
    now, root = clock.now(), site.root / "campaigns"
    for name in DRAFTS:
        async with site.database.writing() as session:
            await edit.add(
                session,
                folder.read(root / name),
                templates=site.templates,
                author=founding.EDITOR,
                now=now,
            )
    for name in APPROVED:
        await prepare(site, root / name)
    scheduled = await prepare(site, root / SCHEDULED)
    at = (now.astimezone(site.zone) + AHEAD).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    async with site.database.writing() as session:
        campaign = await lookup.get(session, scheduled)
        await schedule.at(session, site, campaign, at, by=founding.EDITOR, now=now)


def unaccounted(report: CampaignReport) -> int:
    """Return how many messages have no final state."""
    return sum(report.states[each] for each in OPEN)


def samples(root: Path, *, every: bool) -> list[Path]:
    """Return the folders of the sample campaigns: the monthly letter, or all."""
    folders = sorted((root / "campaigns").iterdir())
    return folders if every else [root / "campaigns" / "monthly-letter"]
