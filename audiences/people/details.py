"""What a list may have about a contact besides its address: telephones, site, tags.

Few contacts have any of it, and no letter needs it. So it is in tables of its own,
which have rows only where something is known. The rows go with the contact.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences.contacts import Contact
from audiences.store.base import KEY_ONLY, Base

QUOTES = "\"'“”„«»"  # around a tag, in lists of other systems
TELEPHONES = "; "  # between the numbers of one contact or organisation
CELLS = ("telephones", "postal_address", "website", "notes")  # of ContactDetails


class ContactDetails(Base):
    """What is known about a contact once; a row has one value at least."""

    __tablename__ = "contact_details"

    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True
    )
    telephones: Mapped[str | None]  # separated by TELEPHONES
    postal_address: Mapped[str | None]  # in lines
    website: Mapped[str | None]
    notes: Mapped[str | None]  # in lines


class ContactTag(Base):
    """A tag of a contact, in small letters."""

    __tablename__ = "contact_tag"
    __table_args__ = (KEY_ONLY,)

    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class SecondAddress(Base):
    """Another address of a contact. It is kept, and never written to."""

    __tablename__ = "second_address"

    contact_id: Mapped[int] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), primary_key=True
    )
    address_key: Mapped[bytes] = mapped_column(
        LargeBinary(16), primary_key=True, index=True
    )
    address: Mapped[str] = mapped_column(String(254))


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """All details of one contact."""

    telephones: tuple[str, ...] = ()
    postal_address: str | None = None
    website: str | None = None
    notes: str | None = None
    tags: Sequence[str] = ()  # sorted
    second_addresses: Sequence[str] = ()


def tag(raw: str) -> str:
    """Return a tag in the form in which tags are kept and compared."""
    plain = unicodedata.normalize("NFKC", raw).strip(f" \t{QUOTES}")
    return " ".join(plain.casefold().split())


def split_telephones(stored: str | None) -> tuple[str, ...]:
    """Return the numbers of a stored text."""
    return tuple(stored.split(TELEPHONES)) if stored else ()


async def follow(session: AsyncSession, source: int, target: int) -> None:
    """Give a contact the details of another one that it lacks."""
    given = await session.get(ContactDetails, source)
    if given is not None:
        own = await session.get(ContactDetails, target)
        if own is None:
            own = ContactDetails(contact_id=target)
            session.add(own)
        for name in CELLS:
            if getattr(own, name) is None:
                setattr(own, name, getattr(given, name))
    tags = select(ContactTag.tag).where(ContactTag.contact_id == source)
    for tag_given in await session.scalars(tags):
        await session.merge(ContactTag(contact_id=target, tag=tag_given))
    others = select(SecondAddress.address_key, SecondAddress.address)
    rows = await session.execute(others.where(SecondAddress.contact_id == source))
    for key, address in rows:
        other = SecondAddress(contact_id=target, address_key=key, address=address)
        await session.merge(other)


async def set_cells(
    session: AsyncSession, contact_id: int, cells: Mapping[str, str | None]
) -> None:
    """Give a contact these values of CELLS; a row without any value goes."""
    row = await session.get(ContactDetails, contact_id)
    if row is None:
        row = ContactDetails(contact_id=contact_id)
    for name, value in cells.items():
        setattr(row, name, value)
    if any(getattr(row, name) is not None for name in CELLS):
        session.add(row)
    elif row in session:
        await session.delete(row)
    await session.flush()


async def set_tags(session: AsyncSession, contact_id: int, tags: Sequence[str]) -> None:
    """Give a contact these tags and no others."""
    await session.execute(delete(ContactTag).where(ContactTag.contact_id == contact_id))
    session.add_all(ContactTag(contact_id=contact_id, tag=each) for each in tags)
    await session.flush()


async def set_second_addresses(
    session: AsyncSession, contact_id: int, found: Mapping[bytes, str]
) -> None:
    """Give a contact these second addresses, by their fingerprints, and no others."""
    own = SecondAddress.contact_id == contact_id
    await session.execute(delete(SecondAddress).where(own))
    session.add_all(
        SecondAddress(contact_id=contact_id, address_key=key, address=address)
        for key, address in found.items()
    )
    await session.flush()


async def remove(session: AsyncSession, contact_id: int) -> None:
    """Delete all details of a contact."""
    for statement in (
        delete(ContactDetails).where(ContactDetails.contact_id == contact_id),
        delete(ContactTag).where(ContactTag.contact_id == contact_id),
        delete(SecondAddress).where(SecondAddress.contact_id == contact_id),
    ):
        await session.execute(statement)


async def of(session: AsyncSession, contact_id: int) -> Details:
    """Return the details of a contact; empty where nothing is known."""
    row = await session.get(ContactDetails, contact_id)
    tags = await session.scalars(
        select(ContactTag.tag)
        .where(ContactTag.contact_id == contact_id)
        .order_by(ContactTag.tag)
    )
    others = await session.scalars(
        select(SecondAddress.address)
        .where(SecondAddress.contact_id == contact_id)
        .order_by(SecondAddress.address)
    )
    return Details(
        telephones=split_telephones(row.telephones if row else None),
        postal_address=row.postal_address if row else None,
        website=row.website if row else None,
        notes=row.notes if row else None,
        tags=tags.all(),
        second_addresses=others.all(),
    )
