"""The ledger: one row per campaign and contact, unique in the database."""

from datetime import datetime
from typing import cast

from sqlalchemy import (
    BigInteger,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import Base
from mailer.campaigns.models import Campaign, StoredLetter

# Per cent of a page of PostgreSQL that a release fills: in the rest a mark finds room
# for the row it writes, beside the old one, and touches no index.
FILLED = 60


class WorkerLease(Base):
    """A process that delivers; its number is the fence of what it claims."""

    __tablename__ = "worker"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str]
    process: Mapped[str]  # pid and start time: an identity the kernel never reuses
    started_at: Mapped[datetime]
    alive_until: Mapped[datetime]  # the lease of everything it holds
    ended_at: Mapped[datetime | None]  # it holds no mark any more


class Route(Base):
    """Readers of a campaign who get the same letter: same chain, same blocks."""

    __tablename__ = "route"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    contact_languages: Mapped[str] = mapped_column(primary_key=True)
    organisation_languages: Mapped[str] = mapped_column(primary_key=True)
    country_languages: Mapped[str] = mapped_column(primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True)
    letter_id: Mapped[int | None] = mapped_column(ForeignKey(StoredLetter.id))
    step: Mapped[str] = mapped_column(String(12))


class ReleasePlan(Base):
    """How far a campaign being released has come; gone when every reader has a row.

    A row of its own: who sends locks the campaign's.
    """

    __tablename__ = "release_plan"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[int]  # the last one who has a row
    host: Mapped[str]
    process: Mapped[str]  # who makes the rows, as with a worker
    alive_until: Mapped[datetime]


class Message(Base):
    """One letter to one contact: one row, one life."""

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(  # a letter of this campaign: one check a row, not two
            ["campaign_id", "letter_id"], [StoredLetter.campaign_id, StoredLetter.id]
        ),
        UniqueConstraint("contact_id", "campaign_id"),
        UniqueConstraint("campaign_id", "address_key"),
        Index(
            "ix_message_open",
            "campaign_id",
            "due_at",
            "id",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
        {"postgresql_with": {"fillfactor": FILLED}},
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    campaign_id: Mapped[int]
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id))
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    letter_id: Mapped[int | None]
    language: Mapped[str | None] = mapped_column(String(20))
    step: Mapped[str | None] = mapped_column(String(12))  # of the language chain
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None]  # why skipped, deferred, refused or uncertain
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]  # not before this instant; none: nothing is due
    worker_id: Mapped[int | None]  # who marked it: a fence, looked up by nobody
    marked_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reply: Mapped[str | None]  # the relay's last answer


class MessageEvent(Base):
    """Something out of the ordinary in a message's life; rows are only ever added."""

    __tablename__ = "message_event"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    message_number: Mapped[int] = mapped_column(ForeignKey(Message.id), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    detail: Mapped[str | None]


class Bucket(Base):
    """What a limit still gives: a level that refills, shared by all workers."""

    __tablename__ = "bucket"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    level: Mapped[float] = mapped_column(Double)  # messages it would let go at `at`
    at: Mapped[datetime]
    booked_to: Mapped[datetime]  # the instants up to here are promised to messages


LEDGER = cast(Table, Message.__table__)  # for statements over many rows
