"""Asks for an approval without naming who is to give it."""

from datetime import datetime

from mailer.campaigns import acts, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.campaign_states import CampaignState, require_arrow
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import gate
from mailer.sites.site import Site
from mailer.users.acts import Right


async def ask(site: Site, campaign_id: int, *, by: str, now: datetime) -> Campaign:
    """Check a draft, and ask for its approval; return it.

    Raises RefusedError if it is no draft, has an error, or `by` may not write it.
    """
    checked = await gate.check(site, campaign_id, now=now, scored=False)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await lookup.lock(session, campaign)
        await permission.require(session, campaign, Right.WRITE, by=by)
        after = CampaignState.IN_REVIEW
        require_arrow(CampaignState(campaign.state), after, name=campaign.name)
        gate.require_no_error(checked, campaign_id)
        acts.move(session, campaign, after, Act.ASKED, by=by, now=now)
        return campaign
