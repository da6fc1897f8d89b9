"""The tables of what is kept about slots: alerts, notices, the letters they follow."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base
from mailer.campaigns.models import Campaign, Occurrence, Series


class FollowedLetter(Base):
    """A released letter that a series follows.

    Its slots are made, or moved, while `settled_at` is empty: after its release, and
    after a later letter changed its event.
    """

    __tablename__ = "followed_letter"
    __table_args__ = (
        Index(
            "ix_followed_letter_open",
            "series_id",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    series_id: Mapped[int] = mapped_column(ForeignKey(Series.id), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id), primary_key=True)
    uid: Mapped[str | None] = mapped_column(String(100), index=True)  # of its event
    # the last letter about the event, whose days count
    source_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    fault: Mapped[str | None]  # why nothing follows it
    settled_at: Mapped[datetime | None]


class SlotAlert(Base):
    """A slot that was looked at before its time, or missed; the reason it is open."""

    __tablename__ = "slot_alert"

    occurrence_id: Mapped[int] = mapped_column(
        ForeignKey(Occurrence.id, ondelete="CASCADE"), primary_key=True
    )
    stage: Mapped[str] = mapped_column(String(10), primary_key=True)
    reason: Mapped[str]  # empty: nothing was found against it
    at: Mapped[datetime]


class SlotNotice(Base):
    """A mail to a user about a slot: whose turn it is, or that no letter goes."""

    __tablename__ = "slot_notice"
    __table_args__ = (Index("ix_slot_notice_waiting", "tried_at", "sent_at"),)

    occurrence_id: Mapped[int] = mapped_column(
        ForeignKey(Occurrence.id, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    user: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime]
    tried_at: Mapped[datetime | None]  # set before it is sent: it is sent once
    sent_at: Mapped[datetime | None]
