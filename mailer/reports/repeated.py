"""Finds released campaigns with the same text, and who would get it again."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign
from mailer.campaigns.review import audience_guard
from mailer.outbox.message_states import REACHED
from mailer.outbox.models import Message


async def repeats(
    session: AsyncSession, campaign: Campaign, *, now: datetime
) -> list[str]:
    """Return a sentence for each released campaign whose readers would get it again."""
    found = []
    context = await lookup.context_of(session, campaign, now=now)
    readers = audience_guard.readers(campaign, context, Contact.id)
    for each in await lookup.same_text(session, campaign):
        again = select(func.count(Message.id)).where(
            Message.campaign_id == each.id,
            Message.state.in_(REACHED),
            Message.contact_id.in_(readers),
        )
        count = await session.scalar(again)
        if count and each.released_at:
            found.append(
                f"{count} of its readers have the same text from campaign {each.id},"
                f" {each.name}, released at {each.released_at:%Y-%m-%d %H:%M} UTC"
            )
    return found
