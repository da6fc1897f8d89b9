"""Contacts: a person or function at an organisation, with one address each."""

from collections.abc import Iterable
from datetime import datetime
from enum import IntFlag

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences import addresses
from audiences.errors import UnknownNameError
from audiences.organisations import Organisation
from audiences.store.base import Base


class Role(IntFlag):
    """What a contact does at the organisation; one contact may do several things.

    A closed vocabulary, stored as one integer so that a million rows are asked
    for a role without a second table (docs/decisions/0006-roles-are-bits.md).
    """

    REPRESENTATIVE = 1
    FOCAL_POINT = 2
    HEAD = 4
    DIRECTORY_EDITOR = 8
    PRESS = 16


def role_named(name: str) -> Role:
    """Return the role a word names; raise KeyError for other words."""
    return Role[name.upper()]


def role_names(roles: int) -> tuple[str, ...]:
    """Return the words of a stored set of roles, in the vocabulary's order."""
    return tuple((role.name or "").lower() for role in Role if role & roles)


def role_set(names: Iterable[str]) -> int:
    """Return the stored form of role words."""
    return sum({role_named(name) for name in names})


class Contact(Base):
    """Whom a message goes to."""

    __tablename__ = "contact"
    __table_args__ = (Index(None, "organisation_id", "roles", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    address: Mapped[str | None] = mapped_column(String(254))
    address_key: Mapped[bytes] = mapped_column(
        LargeBinary(16),
        index=True,
        unique=True,  # an index of its own, made anew by large imports
    )
    name: Mapped[str | None]
    roles: Mapped[int] = mapped_column(default=0)
    languages: Mapped[str | None]  # the contact's own choice, in order, "ar fr"
    timezone: Mapped[str | None] = mapped_column(String(60))
    import_id: Mapped[int | None] = mapped_column(index=True)  # that added it
    stopped_at: Mapped[datetime | None]  # asked for no more letters of any topic
    updated_at: Mapped[datetime]


async def find(session: AsyncSession, address: str, *, key: bytes) -> Contact:
    """Return the contact with this address, however it is spelled."""
    identity = addresses.parse(address).identity
    fingerprint = addresses.fingerprint(identity, key=key)
    found = await session.scalar(
        select(Contact).where(Contact.address_key == fingerprint)
    )
    if found is None:
        raise UnknownNameError(f"no contact has the address {address}")
    return found


async def choose_language(
    session: AsyncSession, contact_id: int, language: str, *, now: datetime
) -> None:
    """Put a language first among the contact's own, keeping the others behind it."""
    current = await session.scalar(
        select(Contact.languages).where(Contact.id == contact_id)
    )
    others = [each for each in (current or "").split() if each != language]
    await session.execute(
        update(Contact)
        .where(Contact.id == contact_id)
        .values(languages=" ".join([language, *others]), updated_at=now)
    )
