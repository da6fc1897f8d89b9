"""Sends the letters that lost contacts missed to those who follow them.

Each finished campaign gets a wave to exactly these. The rule, the consent and all
checks of a resend count: one who follows and may not get the letter does not get it.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update

from audiences.people.lost_contacts import LostContact
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.errors import MailerError
from mailer.feedback.lost import noticing
from mailer.feedback.lost.noticing import Noticed
from mailer.outbox.models import Message
from mailer.outcomes import closing, resending
from mailer.outcomes.resending import WantedWave
from mailer.sites.site import Site

RECENT = timedelta(days=30)  # since the release; older letters are not sent on
log = structlog.get_logger()


async def heal(site: Site, *, now: datetime) -> Noticed:
    """Notice who is lost and who is back, and send on what was missed."""
    total = Noticed()
    while True:
        async with site.database.writing() as session:
            noticed = await noticing.notice(session, now=now)
        total.lost += noticed.lost
        total.returned += noticed.returned
        if not (noticed.lost or noticed.returned):
            break
    await _send_on(site, now=now)
    return total


async def _send_on(site: Site, *, now: datetime) -> None:
    """Begin a wave of each campaign that is finished; others wait for their end."""
    async with site.database.reading() as session:
        pending = (
            LostContact.sent_at.is_(None),
            LostContact.returned_at.is_(None),
        )
        rows = await session.execute(
            select(LostContact.id, Campaign.id, Campaign.state)
            .join(Message, Message.contact_id == LostContact.contact_id)
            .join(Campaign, Campaign.id == Message.campaign_id)
            .where(
                *pending,
                LostContact.successor_id.is_not(None),
                Message.state.in_(noticing.FAILED),
                Campaign.released_at > now - RECENT,
                Campaign.on_demand.is_(False),
            )
        )
        found = [(lost, campaign, state) for lost, campaign, state in rows]
    waits = {lost for lost, _, state in found if state in closing.UNDER_WAY}
    finished = CampaignState.FINISHED
    for campaign_id in sorted({each for _, each, state in found if state == finished}):
        await _begin(site, campaign_id, now=now)
    done = {lost for lost, _, _ in found} - waits
    if done:
        async with site.database.writing() as session:
            await session.execute(
                update(LostContact).where(LostContact.id.in_(done)).values(sent_at=now)
            )


async def _begin(site: Site, campaign_id: int, *, now: datetime) -> None:
    wanted = WantedWave(successors=True)
    try:
        await resending.resend(site, campaign_id, wanted, by="delivery", now=now)
    except MailerError as fault:
        log.info("lost.not_sent_on", campaign=campaign_id, reason=str(fault))
