"""Which months' anchor mails were sent: a row for each, so that each is sent once."""

from datetime import datetime, timedelta

from sqlalchemy import String, or_, update
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base
from audiences.store.dialects import insert
from mailer.store.database import Database

AGAIN = timedelta(minutes=15)  # after which a mail that did not leave is tried again


class AnchorMail(Base):
    """The mail of a month with the anchor of the record."""

    __tablename__ = "anchor_mail"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)  # 2027-05
    tried_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


async def claim(database: Database, month: str, *, now: datetime) -> bool:
    """Whether this process sends the mail of a month now.

    Another does not, for AGAIN or until it is sent.
    """
    async with database.writing() as session:
        added = await session.execute(
            insert(session, AnchorMail)
            .values(month=month, tried_at=now)
            .on_conflict_do_nothing()
            .returning(AnchorMail.month)
        )
        if added.first() is not None:
            return True
        again = await session.execute(
            update(AnchorMail)
            .where(
                AnchorMail.month == month,
                AnchorMail.sent_at.is_(None),
                or_(AnchorMail.tried_at <= now - AGAIN, AnchorMail.tried_at > now),
            )
            .values(tried_at=now)
            .returning(AnchorMail.month)
        )
        return again.first() is not None


async def done(database: Database, month: str, *, now: datetime) -> None:
    """Keep that the mail of a month was sent."""
    query = update(AnchorMail).where(AnchorMail.month == month).values(sent_at=now)
    async with database.writing() as session:
        await session.execute(query)
