"""The step that delivers a released campaign; it loads what `mailer work` loads."""

from pathlib import Path

from mailer import running
from mailer.campaigns import kept
from mailer.reports import campaign as reports
from mailer.site import open_site


async def work(folder: Path, campaign_id: int) -> dict[str, float]:
    """Deliver everything that is due: claim, mark, compose, send, record."""
    async with open_site(folder / "config.toml") as site:
        await running.work(site, until_idle=True)
        async with site.database.reading() as session:
            campaign = await kept.get(session, campaign_id)
            report = await reports.report(session, campaign)
    return {"accepted": report.accepted, "audience": report.audience}
