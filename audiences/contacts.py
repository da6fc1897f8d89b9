"""Contacts: persons or functions at organisations, each with one address or none.

The primary membership of a contact is in its own row, so that a query on contacts with
one organisation needs no other table. Further ones have a row each. A query reads each
contact by its primary membership or by a further one
(docs/decisions/0019-further-memberships-are-rows.md).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag
from typing import NamedTuple

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    exists,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from audiences import addresses
from audiences.errors import UnknownNameError
from audiences.organisations import Organisation
from audiences.store import counting
from audiences.store.base import Base


class Role(IntFlag):
    """What a contact does at the organisation; a contact may have several roles.

    These are the roles that every site has; it may add others (people/site_roles.py).
    """

    REPRESENTATIVE = 1
    FOCAL_POINT = 2
    HEAD = 4
    DIRECTORY_EDITOR = 8
    PRESS = 16


class Contact(Base):
    """A person or function at an organisation, to whom messages go."""

    __tablename__ = "contact"
    __table_args__ = (Index(None, "organisation_id", "roles", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    address: Mapped[str | None] = mapped_column(String(254))
    address_key: Mapped[bytes] = mapped_column(
        LargeBinary(16),
        index=True,
        unique=True,  # as an index, which a large import can drop and create again
    )
    name: Mapped[str | None]
    function: Mapped[str | None]  # the job title at the primary organisation
    roles: Mapped[int] = mapped_column(default=0)
    languages: Mapped[str | None]  # the contact's own, in order of preference: "ar fr"
    timezone: Mapped[str | None] = mapped_column(String(60))
    import_id: Mapped[int | None] = mapped_column(index=True)  # which added it
    stopped_at: Mapped[datetime | None]  # when the reader stopped all letters
    updated_at: Mapped[datetime]


class Membership(Base):
    """A further organisation of a contact, besides that of its own row."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("contact_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey(Contact.id, ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id), index=True
    )
    function: Mapped[str | None]  # the job title there
    roles: Mapped[int] = mapped_column(default=0)
    import_id: Mapped[int | None] = mapped_column(index=True)  # which added it
    updated_at: Mapped[datetime]


class Further(NamedTuple):
    """A further membership of a contact, as a value."""

    organisation: Organisation
    roles: int
    function: str | None


@dataclass(frozen=True, eq=False, slots=True)
class Via:
    """The columns of the membership by which a query reads contacts."""

    organisation_id: InstrumentedAttribute[int]
    function: InstrumentedAttribute[str | None]
    roles: InstrumentedAttribute[int]


PRIMARY = Via(Contact.organisation_id, Contact.function, Contact.roles)
FURTHER = Via(Membership.organisation_id, Membership.function, Membership.roles)


async def find(session: AsyncSession, address: str, *, key: bytes) -> Contact:
    """Return the contact with this address, in any spelling.

    `key` makes fingerprints. Raises AddressRefusedError when the address is not valid,
    UnknownNameError when no contact has it.
    """
    contact = await holding(session, fingerprint_of(address, key=key))
    if contact is None or contact.address is None:
        raise unknown(address)
    return contact


def unknown(address: str) -> UnknownNameError:
    """Return the error that no contact has an address."""
    return UnknownNameError(
        f"no contact has the address {address}", code="contact.unknown"
    )


def fingerprint_of(address: str, *, key: bytes) -> bytes:
    """Return the fingerprint of an address; raise AddressRefusedError if not valid."""
    return addresses.fingerprint(addresses.parse(address).identity, key=key)


async def holding(
    session: AsyncSession, fingerprint: bytes, *, lock: bool = False
) -> Contact | None:
    """Return the contact with a fingerprint, also one that was removed or erased.

    With `lock`, no other transaction can change it.
    """
    query = select(Contact).where(Contact.address_key == fingerprint)
    found: Contact | None = await session.scalar(
        query.with_for_update() if lock else query
    )
    return found


async def choose_language(
    session: AsyncSession, contact_id: int, language: str, *, now: datetime
) -> None:
    """Put a language first among the contact's own; keep the others after it."""
    current = await session.scalar(
        select(Contact.languages).where(Contact.id == contact_id)
    )
    others = [each for each in (current or "").split() if each != language]
    await session.execute(
        update(Contact)
        .where(Contact.id == contact_id)
        .values(languages=" ".join([language, *others]), updated_at=now)
    )


async def any_further(session: AsyncSession) -> bool:
    """Whether any contact has a further membership."""
    return bool(await session.scalar(select(exists(select(Membership.id)))))


async def further_of(session: AsyncSession, contact_id: int) -> list[Further]:
    """Return the further memberships of a contact, oldest first."""
    rows = await session.execute(
        select(Organisation, Membership.roles, Membership.function)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.contact_id == contact_id)
        .order_by(Membership.id)
    )
    return [Further(*row) for row in rows]


async def are_many(session: AsyncSession, number: int) -> bool:
    """Whether there are more than a number of contacts."""
    return await counting.up_to(session, select(Contact.id), number + 1) > number
