"""The first page shows what leaves first, and says that there is more."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from mailer import clock
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.sites.site import Site
from mailer.web.console.home import SHOWN
from tests.acts import campaigning
from tests.acts.console import visitor
from tools.peers.serving import serving

MORE = 'href="/console/campaigns?state=scheduled"'


async def schedule(site: Site, names: Sequence[str], *, after: int) -> None:
    """Add copies of the first letter, scheduled day by day after so many days."""
    async with site.database.writing() as session:
        columns = Campaign.__table__.columns
        row = (await session.execute(select(*columns).limit(1))).mappings().one()
        first = await session.scalar(select(func.max(Campaign.id))) or 0
        copies = [
            {
                **row,
                "id": first + day,
                "name": name,
                "state": CampaignState.SCHEDULED,
                "at": clock.now() + timedelta(days=after + day),
            }
            for day, name in enumerate(names, start=1)
        ]
        await session.execute(insert(Campaign), copies)


async def test_the_letters_that_leave_first_are_shown_and_the_others_are_not_hidden(
    site: Site, tmp_path: Path
) -> None:
    await campaigning.add(site, campaigning.write(tmp_path))
    first = [f"Letter {each}" for each in range(SHOWN - 1)]
    async with serving(site) as pages:
        user = await visitor(site, pages, campaigning.EDITOR)
        await schedule(site, first, after=0)
        few = (await user.get("")).text
        await schedule(site, ["Later", "Last"], after=90)
        many = (await user.get("")).text

    assert MORE not in few
    assert MORE in many
    assert re.findall(r">(Letter \d+|Later|Last)</a>", many) == [*first, "Later"]
