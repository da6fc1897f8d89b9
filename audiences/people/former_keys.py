"""Fingerprints by the former rule, under which straße@ and strasse@ were one mailbox.

IDNA 2008 and UTS 46 keep ß and ς, so addresses with them have keys of their own now. A
stop under the former key still holds. Other addresses kept their key.
"""

import unicodedata

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from audiences import addresses, suppressions
from audiences.contacts import Contact
from audiences.store.base import Base
from audiences.suppressions import Suppression, Why

LETTERS = "ßẞς"


class FormerKey(Base):
    """A key found by the upgrade: suppressed, or of a contact with another one now."""

    __tablename__ = "former_key"

    address_key: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(
        ForeignKey(Contact.id, ondelete="CASCADE"), index=True
    )


def has_own_key(address: str) -> bool:
    """Whether the present and the former rule differ for an address."""
    return any(letter in address for letter in LETTERS)


def former(address: str, *, key: bytes) -> bytes:
    """Return the fingerprint of a normal form by the former rule."""
    local, _, domain = address.rpartition("@")
    folded = unicodedata.normalize("NFC", local.casefold())
    return addresses.fingerprint(f"{folded}@{domain}", key=key)


async def upgrade(session: AsyncSession, *, key: bytes) -> None:
    """Give contacts with ß or ς in the address their keys, with their suppressions."""
    for contact in await _with_letters(session):
        address = contact.address or ""
        before = former(address, key=key)
        now = addresses.fingerprint(addresses.identity_of(address), key=key)
        if contact.address_key != before or before == now:
            continue
        contact.address_key = now
        await session.merge(FormerKey(address_key=before, contact_id=contact.id))
        await session.flush()
        await _hold(session, before, now)


async def carry_over(session: AsyncSession, import_id: int, *, key: bytes) -> None:
    """Suppress the contacts of an import that were suppressed by the former rule."""
    for contact in await _with_letters(session, Contact.import_id == import_id):
        before = former(contact.address or "", key=key)
        if await session.get(FormerKey, before) is not None:
            await _hold(session, before, contact.address_key)


async def contact_of(session: AsyncSession, first: bytes, last: bytes) -> int | None:
    """Return the contact whose former key is between two values, if there is one."""
    found: int | None = await session.scalar(
        select(FormerKey.contact_id)
        .where(
            FormerKey.address_key.between(first, last),
            FormerKey.contact_id.is_not(None),
        )
        .limit(1)
    )
    return found


async def _with_letters(
    session: AsyncSession, *which: ColumnElement[bool]
) -> list[Contact]:
    """Return contacts with such an address, and no other that `which` excludes."""
    given = or_(*(Contact.address.contains(letter) for letter in LETTERS))
    found = await session.scalars(select(Contact).where(*which, given))
    return list(found)


async def _hold(session: AsyncSession, before: bytes, now: bytes) -> None:
    """Suppress a key as another one is, if that is suppressed."""
    known = await session.get(Suppression, before)
    if known is not None:
        await suppressions.suppress(
            session, now, Why(known.reason), now=known.since, detail=known.detail
        )
