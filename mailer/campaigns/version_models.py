"""The tables of writing: versions, saves, remarks, who is writing, sign-offs."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base
from mailer.campaigns.models import Campaign


class CampaignVersion(Base):
    """What a campaign had: all that an approval covers but the templates."""

    __tablename__ = "campaign_version"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    begun_at: Mapped[datetime]
    at: Mapped[datetime]  # the last save that went into it
    by: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))  # of the content, not compressed
    content: Mapped[bytes] = mapped_column(LargeBinary)  # JSON, compressed


class BlockSave(Base):
    """The last save of a block in a language that a page of the console sent."""

    __tablename__ = "block_save"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    block: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # of what was saved
    page: Mapped[str] = mapped_column(String(40))
    n: Mapped[int]
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class SignOff(Base):
    """A translator found a language right that another user had written."""

    __tablename__ = "sign_off"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    # of the text, and of the text that it translates: it holds for these alone
    digest: Mapped[str] = mapped_column(String(64))


class Remark(Base):
    """What a user says of a block, or of the letter: it changes no word of it."""

    __tablename__ = "campaign_remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), index=True
    )
    language: Mapped[str] = mapped_column(String(20))  # "": of all languages
    block: Mapped[str] = mapped_column(String(80))  # "": of the letter as a whole
    text: Mapped[str] = mapped_column(String(2000))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    settled_by: Mapped[str | None] = mapped_column(String(60))
    settled_at: Mapped[datetime | None]


class Presence(Base):
    """A user whose page of a letter was open for writing a moment ago."""

    __tablename__ = "campaign_presence"

    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), primary_key=True
    )
    user: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
