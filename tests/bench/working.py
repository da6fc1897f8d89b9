"""The step that delivers a campaign; it loads what `mailer work` loads."""

import asyncio
from pathlib import Path

from mailer import running
from mailer.campaigns import kept
from mailer.campaigns.states import State
from mailer.outbox import plan
from mailer.reports import campaign as reports
from mailer.site import Site, open_site


async def work(folder: Path, campaign_id: int) -> dict[str, float]:
    """Deliver a campaign: claim, mark, compose, send, record.

    It begins with the first messages, on SQLite with the last: that has one writer at
    a time, and two in turn hold one another up.
    """
    async with open_site(folder / "config.toml") as site:
        while not await _released(site, campaign_id):  # noqa: ASYNC110 (another process works)
            await asyncio.sleep(0.01)
        await running.work(site, until_idle=True)
        async with site.database.reading() as session:
            campaign = await kept.get(session, campaign_id)
            report = await reports.report(session, campaign)
    return {"accepted": report.accepted, "audience": report.audience}


async def _released(site: Site, campaign_id: int) -> bool:
    async with site.database.reading() as session:
        campaign = await kept.get(session, campaign_id)
        being_made = site.database.is_sqlite and await plan.under_way(session)
    return State(campaign.state) is State.SENDING and not being_made
