"""The step that delivers a campaign; it loads what `mailer work` loads."""

import asyncio
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from mailer import running
from mailer.campaigns import kept
from mailer.campaigns.states import State
from mailer.delivery import sign
from mailer.delivery.sign import Signer
from mailer.reports import campaign as reports
from mailer.site import Site, open_site


async def work(folder: Path, campaign_id: int) -> dict[str, float]:
    """Deliver a campaign from its first messages on: claim, mark, send, record."""
    async with open_site(folder / "config.toml") as site:
        while not await _begun(site, campaign_id):  # noqa: ASYNC110 (another process works)
            await asyncio.sleep(0.05)
        await running.work(site, until_idle=True)
    return {}


async def count(folder: Path, campaign_id: int) -> dict[str, float]:
    """Say what became of a campaign."""
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            campaign = await kept.get(session, campaign_id)
            report = await reports.report(session, campaign)
    return {"accepted": report.accepted, "audience": report.audience}


async def work_with_ed25519(folder: Path, campaign_id: int) -> dict[str, float]:
    """Deliver a campaign signed with Ed25519 alone, which the product never does."""
    of_both = sign.for_site

    def of_one(site: Site) -> Signer | None:
        both = of_both(site)
        return replace(both, keys=both.keys[1:]) if both else None

    with patch.object(sign, "for_site", of_one):
        return await work(folder, campaign_id)


async def _begun(site: Site, campaign_id: int) -> bool:
    async with site.database.reading() as session:
        campaign = await kept.get(session, campaign_id)
    return State(campaign.state) is State.SENDING
