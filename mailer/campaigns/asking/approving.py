"""Finds who may approve a campaign."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import lookup
from mailer.campaigns.acts import Act
from mailer.campaigns.models import Campaign
from mailer.errors import ContentError
from mailer.rendering import letter_types
from mailer.sites.site import Site
from mailer.users import deputies, guard, rights
from mailer.users.acts import Right
from mailer.users.rights import Subject


async def able(
    session: AsyncSession, site: Site, campaign: Campaign, *, now: datetime
) -> list[str]:
    """Return the users who may approve a campaign: its class, and none of its words.

    Deputies may, except of a user who wrote any of it.
    """
    try:
        template = letter_types.load(site.templates, campaign.template)
    except ContentError:  # its template is gone: the check says so
        return []
    letter = Subject(letter_class=template.letter_class)
    events = await lookup.events_of(session, campaign)
    writers = {each.by for each in events if Act(each.act).changes_content}
    users = await guard.listed(session)
    await deputies.lend(session, users, now=now)
    writers.add(campaign.author)
    return [
        each.name
        for each in users
        if rights.able(each, Right.APPROVE, letter)
        and each.name not in writers
        and not writers.issuperset(
            rights.in_place_of(each, Right.APPROVE, letter) or [""]
        )
    ]
