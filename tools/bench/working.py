"""The step that delivers a campaign; it loads what `mailer work` loads."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.composing import dkim
from mailer.composing.dkim import DkimSigner
from mailer.processes import running
from mailer.reports import totals
from mailer.settings.sections import Settings
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tools.waiting import eventually


async def work(folder: Path, campaign_id: int) -> dict[str, float]:
    """Deliver a campaign from its first messages on: claim, mark, send, record."""
    async with open_site(folder / "config.toml") as site:
        await eventually(
            lambda: _begun(site, campaign_id), "nothing is released", within=600
        )
        await running.work(site, until_idle=True)
    return {}


async def count(folder: Path, campaign_id: int) -> dict[str, float]:
    """Say what became of a campaign."""
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            campaign = await lookup.get(session, campaign_id)
            report = await totals.report(session, campaign)
    return {"accepted": report.accepted, "audience": report.audience}


async def work_with_ed25519(folder: Path, campaign_id: int) -> dict[str, float]:
    """Deliver a campaign signed with Ed25519 alone, which the product never does."""
    of_both = dkim.signer_of

    def of_one(settings: Settings, root: Path) -> DkimSigner | None:
        both = of_both(settings, root)
        return replace(both, keys=both.keys[1:]) if both else None

    with patch.object(dkim, "signer_of", of_one):
        return await work(folder, campaign_id)


async def _begun(site: Site, campaign_id: int) -> bool:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, campaign_id)
    return CampaignState(campaign.state) is CampaignState.SENDING
