"""Counts the answers to an invitation, by kind of organisation."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer.campaigns.models import Campaign
from mailer.feedback.models import EventAnswer


async def answers(session: AsyncSession, uid: str) -> dict[str, dict[str, int]]:
    """Return kind of organisation → answer → how many readers gave it last."""
    rows = await session.execute(
        select(Organisation.kind, EventAnswer.answer, func.count())
        .join(Contact, Contact.id == EventAnswer.contact_id)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(EventAnswer.uid == uid)
        .group_by(Organisation.kind, EventAnswer.answer)
        .order_by(Organisation.kind, EventAnswer.answer)
    )
    found: dict[str, dict[str, int]] = {}
    for kind, answer, number in rows:
        found.setdefault(kind, {})[answer] = number
    return found


async def of_campaign(
    session: AsyncSession, campaign: Campaign
) -> dict[str, dict[str, int]]:
    """Return the answers to the event of a campaign; empty if it has none."""
    return await answers(session, campaign.event["uid"]) if campaign.event else {}
