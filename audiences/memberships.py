"""Memberships: what a contact is at its organisations.

The primary membership of a contact is in its own row, so that a query on contacts with
one organisation needs no other table. Further ones have a row each. A query reads each
contact by its primary membership or by a further one (docs/decisions/0018).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from audiences.contacts import Contact
from audiences.organisations import Organisation
from audiences.store.base import Base


class Membership(Base):
    """A further organisation of a contact, besides that of its own row."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("contact_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id, ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id), index=True
    )
    roles: Mapped[int] = mapped_column(default=0)
    import_id: Mapped[int | None] = mapped_column(index=True)  # which added it
    updated_at: Mapped[datetime]


@dataclass(frozen=True, eq=False, slots=True)
class Via:
    """The columns of the membership by which a query reads contacts."""

    organisation_id: InstrumentedAttribute[int]
    roles: InstrumentedAttribute[int]


PRIMARY = Via(Contact.organisation_id, Contact.roles)
FURTHER = Via(Membership.organisation_id, Membership.roles)


async def any_further(session: AsyncSession) -> bool:
    """Whether any contact has a further membership."""
    return bool(await session.scalar(select(exists(select(Membership.id)))))


async def further_of(
    session: AsyncSession, contact_id: int
) -> list[tuple[Organisation, int]]:
    """Return the further organisations of a contact, oldest first, with its roles."""
    rows = await session.execute(
        select(Organisation, Membership.roles)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.contact_id == contact_id)
        .order_by(Membership.id)
    )
    return [(organisation, roles) for organisation, roles in rows]
