"""Gives a contact another address: its wishes and its messages follow."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences import addresses, contacts, suppressions
from audiences.contacts import Contact
from audiences.people import search_texts
from audiences.record import changes
from audiences.record.changes import Author, Changed
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.suppressions import Suppression, Why
from audiences.upkeep import editing
from mailer.errors import RefusedError
from mailer.outbox.message_states import CLAIMABLE
from mailer.outbox.models import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What followed a contact to its new address, with the address's fingerprint."""

    suppressed: Why | None  # why neither address is written to
    waiting: int  # messages that go to the new address
    key: bytes


async def move(
    session: AsyncSession, address: str, new: str, author: Author, *, key: bytes
) -> Moved:
    """Change the address of a contact.

    The old address is suppressed, so that a list which still has it brings no second
    contact that is written to. A suppression that is the reader's wish follows; that of
    a mailbox that is gone does not. Raises RefusedError if another contact has the new
    address, AudienceError if its person was erased.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    contact = await locked(session, address, key=key)
    given = addresses.parse(new)
    fingerprint = addresses.fingerprint(given.identity, key=key)
    before, old_key = contact.address, contact.address_key
    if given.text == before:
        raise RefusedError(f"{before} is the contact's address already")
    carried, waiting = None, 0
    if fingerprint != old_key:
        await _refuse_known(session, fingerprint, given.text)
        await _lift_former_move(session, fingerprint, author)
        contact.address_key = fingerprint
        carried = await suppressions.follow(
            session, old_key, fingerprint, now=author.at, by=author.by
        )
        waiting = await readdress(session, contact.id, fingerprint)
    contact.address, contact.updated_at = given.text, author.at
    detail = {"address": [before, given.text]}
    changes.record(session, Changed.CONTACT, contact.id, "moved", author, detail)
    await search_texts.refresh_contacts(session, Contact.id == contact.id)
    return Moved(suppressed=carried, waiting=waiting, key=fingerprint)


async def locked(session: AsyncSession, address: str, *, key: bytes) -> Contact:
    """Return the contact with an address; no other transaction can change it.

    Raises AddressRefusedError or UnknownNameError.
    """
    fingerprint = contacts.fingerprint_of(address, key=key)
    contact = await contacts.holding(session, fingerprint, lock=True)
    if contact is None or contact.address is None:
        raise contacts.unknown(address)
    return contact


async def _refuse_known(session: AsyncSession, fingerprint: bytes, new: str) -> None:
    await editing.refuse_erased(session, fingerprint, new)
    other = await contacts.holding(session, fingerprint, lock=True)
    if other is None:
        return
    if other.address is not None:
        raise RefusedError(
            f"{new} is another contact already", code="contact.known", address=new
        )
    raise RefusedError(
        f"{new} was a contact and was removed; its wishes are kept, so add it again and"
        " merge the two"
    )


async def _lift_former_move(
    session: AsyncSession, fingerprint: bytes, author: Author
) -> None:
    """Allow an address that the contact once left."""
    known = await session.get(Suppression, fingerprint)
    if known is not None and known.reason == Why.MOVED:
        await suppressions.lift(
            session, fingerprint, now=author.at, detail=f"moved back by {author.by}"
        )


async def readdress(session: AsyncSession, contact_id: int, fingerprint: bytes) -> int:
    """Let messages of a contact that have not left go to its new address; count them.

    A campaign that has another message for the address is left out.
    """
    other = aliased(Message)
    twice = (
        other.__table__.select()
        .with_only_columns(other.id)
        .where(
            other.campaign_id == Message.campaign_id,
            other.address_key == fingerprint,
            other.contact_id != contact_id,  # another wave of its own is none
        )
    )
    changed = await session.scalars(
        update(Message)
        .where(
            Message.contact_id == contact_id,
            Message.state.in_(CLAIMABLE),
            ~twice.exists(),
        )
        .values(address_key=fingerprint)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())
