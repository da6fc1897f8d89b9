"""The letters of one contact, from the ledger."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer.campaigns.models import Campaign
from mailer.outbox.models import FOR_ORGANISATION, Message
from mailer.reports.people import ReceivedLetter


async def of_contact(
    session: AsyncSession, contact_id: int
) -> Sequence[ReceivedLetter]:
    """Return the letters of a contact, oldest first."""
    rows = await session.execute(
        select(
            Campaign.id,
            Campaign.name,
            Message.state,
            func.coalesce(
                Message.marked_at, Message.settled_at, type_=Message.marked_at.type
            ),
            Message.language,
            Message.step,
            Organisation.code,
            Message.reason,
            Message.reply,
        )
        .join(Campaign, Campaign.id == Message.campaign_id)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .where(Message.contact_id == contact_id)
        .order_by(Message.id)
    )
    return [ReceivedLetter(*row) for row in rows]
