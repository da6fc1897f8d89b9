"""The table of requests for an approval; it holds no secret that could be used."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from audiences.store.base import Base
from mailer.campaigns.models import Campaign


class ApprovalRequest(Base):
    """A user is asked to approve a letter; the link in the mail to them reads it."""

    __tablename__ = "approval_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(
        ForeignKey(Campaign.id, ondelete="CASCADE"), index=True
    )
    approver: Mapped[str] = mapped_column(String(60))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    wished_by: Mapped[date | None]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    ends_at: Mapped[datetime]
    # of the code last mailed, with the token: without the link it cannot be guessed
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    code_ends_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    codes: Mapped[int] = mapped_column(SmallInteger, default=0)  # mailed so far
    answer: Mapped[str | None] = mapped_column(String(10))  # of `RequestAnswer`
    answered_at: Mapped[datetime | None]
