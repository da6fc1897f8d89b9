"""The tables of campaigns, their content, approvals, acts, letters and series."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import KEY_ONLY, Base


class Campaign(Base):
    """One occurrence to send: this content, to this audience, at this time."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    template: Mapped[str] = mapped_column(String(60))
    topic: Mapped[str | None] = mapped_column(String(40))  # None: service mail
    on_demand: Mapped[bool] = mapped_column(default=False)  # each reader asked for it
    reference: Mapped[str]
    reference_pattern: Mapped[str | None]  # None: it has no {number}
    reference_year: Mapped[int | None]
    reference_number: Mapped[int | None]  # given at the first approval, kept for ever
    day: Mapped[date]  # the date on the letter
    author: Mapped[str] = mapped_column(String(60))
    audience: Mapped[str]  # the rule
    themes: Mapped[list[str]]
    default_language: Mapped[str] = mapped_column(String(20))
    fallbacks: Mapped[dict[str, Any]]  # language → languages that may replace it
    # languages that may lack blocks
    per_block: Mapped[list[str]] = mapped_column(default=list)
    block_rules: Mapped[dict[str, str]]  # block → who sees it
    # block → who sees it before the others
    block_firsts: Mapped[dict[str, str]] = mapped_column(default=dict)
    zone: Mapped[str] = mapped_column(String(60), default="UTC")  # of `hours`
    # the times in its text: 2027-05-04T08:00, in UTC
    hours: Mapped[list[str]] = mapped_column(default=list)
    # whether it shows the entry of the reader's organisation
    shows_entry: Mapped[bool] = mapped_column(default=False)
    event: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    files: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime | None]  # when it is to be released
    window_from: Mapped[str | None] = mapped_column(String(5))  # 08:00
    window_until: Mapped[str | None] = mapped_column(String(5))
    window_zone: Mapped[str | None] = mapped_column(String(60))
    # None: the site's
    too_late_hours: Mapped[float | None] = mapped_column(Double)
    # the hour of readers at which messages go: 10:00; None: at once
    reader_hour: Mapped[str | None] = mapped_column(String(5))
    # days on which they do not: weekend, holidays; None: none
    reader_quiet: Mapped[str | None] = mapped_column(String(8))
    # hours after the release when all go, whatever their hour
    wave_hours: Mapped[float | None] = mapped_column(Double)
    opens_at: Mapped[datetime | None]  # the present or next opening
    closes_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]  # when its open messages expire
    released_at: Mapped[datetime | None]
    # of a reminder, from its release: what its readers have not done; see reminders
    waits_for: Mapped[list[list[str | None]] | None] = mapped_column(
        JSON(none_as_null=True)
    )
    corrects: Mapped[int | None]  # the campaign whose letter it corrects
    stopped_because: Mapped[str | None]  # why it was paused, expired or cancelled
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ReferenceSeries(Base):
    """The last reference number given for a pattern in a year."""

    __tablename__ = "reference_series"

    pattern: Mapped[str] = mapped_column(String(200), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class StoredFile(Base):
    """The content of an attachment or of an approved template, stored once."""

    __tablename__ = "stored_file"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    octets: Mapped[bytes] = mapped_column(LargeBinary)


class Event(Base):
    """An event as in the last letter released about it; its UID never changes."""

    __tablename__ = "event"

    uid: Mapped[str] = mapped_column(String(100), primary_key=True)
    sequence: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    released_at: Mapped[datetime]


class CampaignText(Base):
    """A campaign's content in one language, as its author wrote it."""

    __tablename__ = "campaign_text"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    text: Mapped[str]


class TranslatedUnit(Base):
    """A line or paragraph of a translation, and the source it was translated from."""

    __tablename__ = "translated_unit"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    context: Mapped[str] = mapped_column(String(120), primary_key=True)
    source: Mapped[str]


class Approval(Base):
    """One approval, bound to the digest of what was approved."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), index=True
    )
    by: Mapped[str] = mapped_column(String(60))
    # the user in whose place a deputy gave it
    on_behalf: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    time: Mapped[datetime | None]  # None: for any time
    until: Mapped[datetime | None]  # when an approval for any time ends; None: never
    count: Mapped[int]  # readers at the approval
    # the saved segments that its rules need, by name; None: before these were kept
    segments: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    # the files of its templates: path → digest of a StoredFile; None: as segments
    files: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    # how many there were by kind and by language; None: as segments
    readers: Mapped[dict[str, dict[str, int]] | None] = mapped_column(
        JSON(none_as_null=True)
    )
    needed: Mapped[int | None]  # approvers that its type asked for; None: one
    voided_at: Mapped[datetime | None]


class ApprovedReader(Base):
    """A reader of the audience at the approval; the report shows the difference."""

    __tablename__ = "approved_reader"
    __table_args__ = (KEY_ONLY,)

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True
    )


class CampaignEvent(Base):
    """One act on a campaign: who did what, when. Rows are only added."""

    __tablename__ = "campaign_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    act: Mapped[str] = mapped_column(String(20))
    detail: Mapped[dict[str, Any]]


class StoredLetter(Base):
    """A rendered variant, stored so that what was sent can be made again."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("campaign_id", "language", "wanted", "variant"),
        UniqueConstraint("campaign_id", "id"),  # messages refer to both
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey(Campaign.id))
    language: Mapped[str] = mapped_column(String(20))
    # what its readers wanted: another language, if this letter is a fallback
    wanted: Mapped[str] = mapped_column(String(20))
    variant: Mapped[str]  # see campaigns/variants/codes.py
    subject: Mapped[str]
    skeleton: Mapped[bytes] = mapped_column(LargeBinary)
    template_digest: Mapped[str] = mapped_column(String(64))
    rendered_at: Mapped[datetime]


class Series(Base):
    """A recurring mailing: its cadence, its letter type, and who works on it.

    Without a letter type, a person writes and schedules its campaigns. Languages and
    users are lists of names; the leads are days before each slot.
    """

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    cadence: Mapped[str]  # in words, as its author wrote it
    zone: Mapped[str] = mapped_column(String(60))
    # the cadence by rules, see scheduler/stored.py; None: made by an older version
    rule: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    event_day: Mapped[date | None]  # what the cadence counts from, if it does
    # the letters whose release or event it counts from: one, or those of a series
    follows: Mapped[int | None] = mapped_column(ForeignKey(Campaign.id), index=True)
    follows_series: Mapped[str | None] = mapped_column(String(60), index=True)
    # what the readers of its reminders have not done: answered, replied, confirmed
    remind: Mapped[str | None] = mapped_column(String(40))
    letter_type: Mapped[str | None] = mapped_column(String(60))
    audience: Mapped[str | None]  # None: that of the last letter, or of its type
    languages: Mapped[str | None]  # fr en; the first is the default
    owner: Mapped[str | None] = mapped_column(String(60))
    translators: Mapped[str | None]
    approvers: Mapped[str | None]
    draft_lead: Mapped[int | None]
    translation_lead: Mapped[int | None]
    approval_lead: Mapped[int | None]
    # when the next slots are to be made; None: it has no more
    renew_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]

    @property
    def follows_letters(self) -> bool:
        """Whether its dates come from letters that were released."""
        return self.follows is not None or self.follows_series is not None


class Occurrence(Base):
    """One slot of a series, with the campaign that fills it, if one does."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("series_id", "slot"),
        Index(
            "ix_occurrence_open",
            "due_at",
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey(Series.id))
    slot: Mapped[str] = mapped_column(String(16))  # local time: 2027-05-04T10:00
    # the local time a person gave it in place of its cadence's; None: none did
    moved_to: Mapped[str | None] = mapped_column(String(16))
    due_at: Mapped[datetime] = mapped_column(index=True)
    # when its draft is opened, or the next of its people asked; None: no more
    attend_at: Mapped[datetime | None] = mapped_column(index=True)
    campaign_id: Mapped[int | None] = mapped_column(
        ForeignKey(Campaign.id), unique=True
    )
    # the draft that was opened for it; it is opened once
    draft_id: Mapped[int | None] = mapped_column(ForeignKey(Campaign.id))
    # released, missed, skipped by a person, dropped with its event
    outcome: Mapped[str | None] = mapped_column(String(10))
    # the letter it follows, and by which of the distances of its cadence
    follows: Mapped[int | None] = mapped_column(ForeignKey(Campaign.id), index=True)
    step: Mapped[int | None]
