"""Tables of the outbox: messages and their events, workers, releases, limits.

`message` is the ledger: one row per campaign, wave and contact, unique in the database.
The release is the first wave; each resend is one more.
"""

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
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import Base
from audiences.topics import Topic
from mailer.campaigns.models import Campaign, StoredLetter

# Per cent of a PostgreSQL page that a release fills. A mark writes the new version of a
# row into the rest of the same page, so that no index has to change.
FILL_FACTOR = 60


class WorkerLease(Base):
    """A process that delivers; its marks carry its number."""

    __tablename__ = "worker"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str]
    process: Mapped[str]  # its identity, as in process_identity
    started_at: Mapped[datetime]
    alive_until: Mapped[datetime]  # end of the lease
    ended_at: Mapped[datetime | None]  # since then it holds no mark


class Route(Base):
    """Readers of a campaign with equal languages and blocks, and their letter."""

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
    """How far the release of a campaign has come; deleted when every reader has a row.

    It is a row of its own, because workers that send lock the campaign's row.
    """

    __tablename__ = "release_plan"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[int]  # the last contact who has a row
    host: Mapped[str]
    process: Mapped[str]  # that makes the rows; as in process_identity
    alive_until: Mapped[datetime]  # later another process may continue
    wave: Mapped[int] = mapped_column(SmallInteger, default=1)
    joiners: Mapped[bool] = mapped_column(default=False)  # as in CampaignWave
    successors: Mapped[bool] = mapped_column(default=False)  # the same


class CampaignWave(Base):
    """A resend of a finished campaign; the release, wave 1, has no row."""

    __tablename__ = "campaign_wave"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(
        SmallInteger, primary_key=True, autoincrement=False
    )
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    until: Mapped[datetime]  # when its open messages expire
    joiners: Mapped[bool]  # whether readers who joined the audience get it too
    # whether it is only for who follows a contact whose mailbox is gone
    successors: Mapped[bool] = mapped_column(default=False)
    readers: Mapped[int]  # when it began


class Message(Base):
    """One letter to one contact."""

    __tablename__ = "message"
    __table_args__ = (
        ForeignKeyConstraint(  # the letter belongs to the campaign; one check for both
            ["campaign_id", "letter_id"], [StoredLetter.campaign_id, StoredLetter.id]
        ),
        UniqueConstraint("contact_id", "campaign_id", "wave"),
        UniqueConstraint("campaign_id", "address_key", "wave"),
        # in the order of their making: a count reads the table from front to back
        Index("ix_message_campaign", "campaign_id"),
        Index(
            "ix_message_open",
            "campaign_id",
            "due_at",
            "id",
            sqlite_where=text("due_at is not null"),
            postgresql_where=text("due_at is not null"),
        ),
        {"postgresql_with": {"fillfactor": FILL_FACTOR}},
    )

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    campaign_id: Mapped[int]
    wave: Mapped[int] = mapped_column(SmallInteger, default=1)
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id))
    # for which membership it is; null: the contact's primary one. Without a foreign
    # key, which would have to be checked for each message of a release
    organisation_id: Mapped[int | None]
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16))
    letter_id: Mapped[int | None]
    language: Mapped[str | None] = mapped_column(String(20))
    step: Mapped[str | None] = mapped_column(String(12))  # of the language chain
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None]  # why skipped, deferred, refused or uncertain
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    due_at: Mapped[datetime | None]  # not before this instant; null: nothing to do
    worker_id: Mapped[int | None]  # the worker that marked it; not indexed
    marked_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    reply: Mapped[str | None]  # the relay's last reply
    relay: Mapped[str | None]  # the name of the relay that had it last


# the organisation a message is for, in a query that joins its contact
FOR_ORGANISATION = func.coalesce(Message.organisation_id, Contact.organisation_id)


class MessageEvent(Base):
    """An entry in the history of a message, for all but an ordinary acceptance.

    Rows are only added.
    """

    __tablename__ = "message_event"

    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True
    )
    message_number: Mapped[int] = mapped_column(ForeignKey(Message.id), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    detail: Mapped[str | None]


class ConfirmationWish(Base):
    """A topic that the link of a confirmation letter confirms, and no other."""

    __tablename__ = "confirmation_wish"

    message_number: Mapped[int] = mapped_column(
        ForeignKey(Message.id, ondelete="CASCADE"), primary_key=True
    )
    topic: Mapped[str] = mapped_column(ForeignKey(Topic.code), primary_key=True)
    asked_at: Mapped[datetime]  # `since` of the pending subscription


class DeliveryFault(Base):
    """Why a message is refused or set aside; deleted when it is sent again."""

    __tablename__ = "delivery_fault"
    __table_args__ = (Index("ix_delivery_fault_place", "campaign_id", "place"),)

    message_number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"),
        ForeignKey(Message.id),
        primary_key=True,
        autoincrement=False,
    )
    campaign_id: Mapped[int]
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16), index=True)
    kind: Mapped[str] = mapped_column(String(80))  # such as “no such mailbox”
    domain: Mapped[str]  # of the recipient
    relay: Mapped[str]  # its name in the settings; empty: before any relay
    gone: Mapped[bool]  # the reply to RCPT says that there is no such mailbox
    # how many attempts the campaign had then; null: before it was last resumed
    place: Mapped[int | None]
    ours: Mapped[bool]  # the campaign was paused for it, so it proves nothing


class AttemptCount(Base):
    """How many messages of a campaign one worker settled, since it was last resumed.

    Each worker has a row of its own, so that none waits for another.
    """

    __tablename__ = "attempt_count"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    worker_id: Mapped[int] = mapped_column(primary_key=True)
    attempts: Mapped[int]


class LoginAttempt(Base):
    """A login at a relay that was refused, or that a worker tries first."""

    __tablename__ = "login_attempt"

    relay: Mapped[str] = mapped_column(primary_key=True)  # its name in the settings
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    at: Mapped[datetime]
    reply: Mapped[str | None]  # with which it was refused; null: being tried


class Bucket(Base):
    """The level of a limit's token bucket, shared by all workers."""

    __tablename__ = "bucket"

    name: Mapped[str] = mapped_column(String(300), primary_key=True)
    level: Mapped[float] = mapped_column(Double)  # messages allowed at `at`
    at: Mapped[datetime]
    booked_to: Mapped[datetime]  # instants up to here are given to messages


LEDGER = cast(Table, Message.__table__)  # for statements that change many rows
