"""Asks for an approval without naming who is to give it."""

from datetime import datetime

from mailer.campaigns import acts, lookup, permission
from mailer.campaigns.acts import Act
from mailer.campaigns.asking import approving
from mailer.campaigns.campaign_states import CampaignState, require_arrow
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import gate
from mailer.errors import RefusedError
from mailer.sites.site import Site
from mailer.users.acts import Right


async def ask(
    site: Site, campaign_id: int, *, by: str, now: datetime
) -> tuple[Campaign, list[str]]:
    """Check a draft, and ask for its approval; return it, and who may give it.

    Raises RefusedError if it is no draft, has an error, `by` may not write it, or no
    user may approve it.
    """
    checked = await gate.check(site, campaign_id, now=now, scored=False)
    async with site.database.writing() as session:
        campaign = await lookup.get(session, campaign_id)
        await lookup.lock(session, campaign)
        await permission.require(session, campaign, Right.WRITE, by=by)
        after = CampaignState.IN_REVIEW
        require_arrow(CampaignState(campaign.state), after, name=campaign.name)
        gate.require_no_error(checked, campaign_id)
        able = await approving.able(session, site, campaign, now=now)
        if not able:
            raise RefusedError(
                f"no user may approve {campaign.name}: none has the role approver for"
                " its letter class and wrote none of it",
                code="approval.by_none",
            )
        detail = {"approvers": able}
        acts.move(session, campaign, after, Act.ASKED, by=by, now=now, detail=detail)
        return campaign, able
