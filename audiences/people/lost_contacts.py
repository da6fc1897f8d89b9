"""Contacts whose mailbox is gone, and who follows them at their organisation.

A row stays open until the unit is done with it. While the mailbox is gone, the one who
follows has the roles of the other, too: those that were lent are kept in the row.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.store.base import Base


class LostContact(Base):
    """A contact of an organisation that letters do not reach any more."""

    __tablename__ = "lost_contact"
    __table_args__ = (
        Index(
            "uq_lost_contact_gone",
            "contact_id",
            "organisation_id",
            unique=True,
            sqlite_where=text("returned_at is null"),
            postgresql_where=text("returned_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id, ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), index=True
    )
    address_key: Mapped[bytes] = mapped_column(LargeBinary(16))  # that is gone
    at: Mapped[datetime]  # when it was found
    successor_id: Mapped[int | None] = mapped_column(
        ForeignKey(Contact.id, ondelete="SET NULL"), index=True
    )
    lent: Mapped[int] = mapped_column(default=0)  # roles, as in contacts.Role
    sent_at: Mapped[datetime | None]  # when missed letters went to the other
    returned_at: Mapped[datetime | None]  # when the contact had a mailbox again
    # the draft that asks the organisation's other contacts, or tells who is back
    draft: Mapped[int | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(60))
    note: Mapped[str | None]
