"""Queries of the ledger, the messages of all campaigns; nothing is changed."""

from collections.abc import AsyncIterator

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from mailer.outbox.models import Message


async def listed(
    session: AsyncSession, campaign_id: int, *, state: str | None = None
) -> AsyncIterator[tuple[Message, str | None]]:
    """Yield a campaign's messages with their reader's address, if any, in one state."""
    query = (
        select(Message, Contact.address)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.campaign_id == campaign_id)
        .order_by(Message.id)
    )
    if state is not None:
        query = query.where(Message.state == state)
    async for message, address in await session.stream(query):
        yield message, address
        session.expunge(message)


def written_to() -> ColumnElement[bool]:
    """Return the condition that a contact has a message in the ledger."""
    return exists().where(Message.contact_id == Contact.id)
