"""The table of mails that came back, and of reports that providers sent.

A mail is stored once, by the digest of its octets, so that reading it again changes
nothing.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import Base
from mailer.campaigns.models import Campaign
from mailer.outbox.models import Message

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class FeedbackKind(StrEnum):
    """What came back."""

    BOUNCE = "bounce"
    DELAY = "delay"  # delivery is tried again
    DELIVERED = "delivered"
    COMPLAINT = "complaint"  # the reader reported a letter as spam
    OPT_OUT = "opt-out"  # the reader asks for no more letters
    AUTO_REPLY = "auto-reply"  # an absence notice, or another automatic answer
    REPLY = "reply"  # a person's answer
    ANSWER = "answer"  # an answer to an invitation
    REPORT = "report"  # of DMARC or TLS, on mail in our name
    OTHER = "other"  # not understood


class MailStanding(StrEnum):
    """Whether what came back is believed."""

    # it names a message that we sent, with our signature; a report is only summed up
    BELIEVED = "believed"
    QUARANTINED = "quarantined"  # a person decides; until then it changes nothing
    DISCARDED = "discarded"  # a person found it worthless
    FILED = "filed"  # an answer for the unit to read


class BounceDecision(StrEnum):
    """What a believed bounce led to."""

    SUPPRESSED = "suppressed"  # the address is suppressed for it
    KEPT = "kept"  # nothing follows
    PROBE = "probe"  # the next letter to the address is its last chance
    OURS = "ours"  # so many messages failed alike that the fault is ours


class FeedbackMail(Base):
    """A mail that came back, or what a provider reported of one message."""

    __tablename__ = "feedback_mail"
    __table_args__ = (
        Index(
            "ix_feedback_mail_open",
            "campaign_id",
            sqlite_where=text("decision is null and kind = 'bounce'"),
            postgresql_where=text("decision is null and kind = 'bounce'"),
        ),
        Index("ix_feedback_mail_campaign_id", "campaign_id", "kind", "reason"),
        Index("ix_feedback_mail_standing", "standing", "kind", "id"),
    )

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)
    way: Mapped[str] = mapped_column(String(20))  # by which it came: maildir, pipe …
    kind: Mapped[str] = mapped_column(String(12))
    standing: Mapped[str] = mapped_column(String(12))
    why: Mapped[str | None]  # why it is not believed
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey(Campaign.id))
    message_number: Mapped[int | None] = mapped_column(
        _NUMBER, ForeignKey(Message.id), index=True
    )
    # of the reader of the message
    address_key: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    evidence: Mapped[str | None] = mapped_column(String(40))  # what names the message
    status: Mapped[str] = mapped_column(String(12), default="")  # enhanced, or empty
    permanence: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(String(80), default="")
    sender: Mapped[str] = mapped_column(String(254), default="")  # as it says
    subject: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(default="")  # its beginning, safe to show
    # its beginning as received, by zlib; null: not needed any more
    octets: Mapped[bytes | None] = mapped_column(LargeBinary)
    decision: Mapped[str | None] = mapped_column(String(12))
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_at: Mapped[datetime | None]


class MailboxPlace(Base):
    """How far a mailbox that is only read has been read."""

    __tablename__ = "mailbox_place"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)  # of the setting
    validity: Mapped[int] = mapped_column(_NUMBER)  # UIDVALIDITY of its folder
    last: Mapped[int] = mapped_column(_NUMBER)  # UID of the last mail


class HookToken(Base):
    """A token that a provider signed, and the report that it came with."""

    __tablename__ = "hook_token"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    report: Mapped[bytes] = mapped_column(LargeBinary(32))
    seen_at: Mapped[datetime] = mapped_column(index=True)


class EventAnswer(Base):
    """What a reader answered last to the invitation to an event."""

    __tablename__ = "event_answer"

    uid: Mapped[str] = mapped_column(String(100), primary_key=True)
    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True
    )
    answer: Mapped[str] = mapped_column(String(10))
    sequence: Mapped[int]  # of the invitation that was answered
    at: Mapped[datetime]
