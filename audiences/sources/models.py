"""Tables of sources: where each list is, how it was last read, and who was on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import KEY_ONLY, Base


class ListSource(Base):
    """A list that is read again.

    `place` is a file, a folder or an https address. `digest` is that of the last file
    that was read, `state` is new, unchanged, proposed, applied, refused or away, and
    `said` is the reason of the last two. `counts` are those of the last report.
    """

    __tablename__ = "list_source"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    place: Mapped[str]
    cadence: Mapped[str | None]  # in words, such as daily 02:30
    zone: Mapped[str]  # of the cadence
    applies: Mapped[bool]  # whether the ticker applies what it reads
    basis: Mapped[str | None]  # of consent to the topics
    sheet: Mapped[str | None]
    encoding: Mapped[str | None]
    mapping: Mapped[dict[str, Any] | None]  # what a person said of the columns
    preset: Mapped[str | None]  # the program that exports the list
    repair: Mapped[bool] = mapped_column(default=False, server_default=false())
    strict: Mapped[bool] = mapped_column(default=False, server_default=false())
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    due_at: Mapped[datetime | None]  # None: read by hand only
    read_at: Mapped[datetime | None]
    digest: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))
    said: Mapped[str | None]
    counts: Mapped[dict[str, Any] | None]


class ListMember(Base):
    """A contact that was on the list of a source when it was last applied."""

    __tablename__ = "list_member"
    __table_args__ = KEY_ONLY

    source_id: Mapped[int] = mapped_column(
        ForeignKey(ListSource.id, ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True, index=True
    )
