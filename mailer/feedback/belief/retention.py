"""Forgets the texts of mails that came back, after the days that the settings name."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.feedback.models import FeedbackMail
from mailer.outbox.models import Message

BATCH = 1_000  # rows of one transaction
_EMPTY = {"text": "", "subject": "", "sender": "", "octets": None}


async def forget(session: AsyncSession, *, days: float, now: datetime) -> int:
    """Empty the texts of old mails, BATCH at most; return of how many."""
    old = (
        select(FeedbackMail.id)
        .where(
            FeedbackMail.seen_at < now - timedelta(days=days),
            or_(
                FeedbackMail.text != "",
                FeedbackMail.subject != "",
                FeedbackMail.sender != "",
                FeedbackMail.octets.is_not(None),
            ),
        )
        .limit(BATCH)
    )
    emptied = await session.scalars(
        update(FeedbackMail)
        .where(FeedbackMail.id.in_(old))
        .values(**_EMPTY)
        .returning(FeedbackMail.id)
        .execution_options(synchronize_session=False)
    )
    return len(emptied.all())


async def erase(
    session: AsyncSession, contact_id: int, addresses: Collection[str]
) -> None:
    """Empty what came back of a contact's messages, or from its addresses."""
    theirs = select(Message.id).where(Message.contact_id == contact_id)
    senders = [each.lower() for each in addresses]
    await session.execute(
        update(FeedbackMail)
        .where(
            or_(
                FeedbackMail.message_number.in_(theirs),
                func.lower(FeedbackMail.sender).in_(senders),
            )
        )
        .values(**_EMPTY)
        .execution_options(synchronize_session=False)
    )
