"""Takes contacts out of the directory, and erases persons.

A contact with messages keeps its row, because the ledger counts them, but without an
address, a name or an organisation's role. A row is kept for the wish of a reader who
left, too: if the address comes back, the wish still holds.
"""

from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, suppressions
from audiences.contacts import Contact, Membership
from audiences.directory import Proposal
from audiences.intake.models import Replaced
from audiences.people import details
from audiences.people.details import SecondAddress
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.subscriptions import Consent, Standing, Subscription
from audiences.upkeep import changes
from audiences.upkeep.changes import Author, Changed
from mailer.errors import NotFoundError
from mailer.feedback.belief import retention
from mailer.outbox.models import Message, MessageEvent
from mailer.readers import moving

ERASED = "[erased]"


async def remove(
    session: AsyncSession, address: str, author: Author, *, key: bytes
) -> bool:
    """Take a contact out of the directory; return whether nothing of it is kept.

    It can be added or imported again; a wish of the reader still holds then.
    """
    await permission.require(session, author.by, DirectoryRight.DIRECTORY)
    contact = await moving.locked(session, address, key=key)
    detail = {"address": [contact.address, None], "name": [contact.name, None]}
    changes.record(session, Changed.CONTACT, contact.id, "removed", author, detail)
    return await take_out(session, contact, author)


async def take_out(session: AsyncSession, contact: Contact, author: Author) -> bool:
    """Delete a contact, or empty it if its messages or wishes are needed.

    Return whether it was deleted.
    """
    of_contact = Subscription.contact_id == contact.id
    ended = exists().where(of_contact, Subscription.standing == Standing.ENDED)
    written = exists().where(Message.contact_id == contact.id)
    needed = await session.scalar(select(ended | written))
    if not needed and contact.stopped_at is None:
        await session.execute(delete(Contact).where(Contact.id == contact.id))
        return True
    await session.execute(
        delete(Subscription).where(of_contact, Subscription.standing != Standing.ENDED)
    )
    await _empty(session, contact, author)
    return False


async def _empty(session: AsyncSession, contact: Contact, author: Author) -> None:
    await session.execute(delete(Membership).where(Membership.contact_id == contact.id))
    await details.remove(session, contact.id)
    contact.address = contact.name = contact.languages = contact.timezone = None
    contact.function = None
    contact.roles = 0
    contact.updated_at = author.at
    await session.flush()


async def erase(
    session: AsyncSession, address: str, author: Author, *, key: bytes
) -> bytes:
    """Erase a person: only the keyed fingerprint of the address stays, suppressed.

    Return the fingerprint. The person's messages stay in the counts, without an
    address. A person who was removed before can be erased, too. Raises NotFoundError if
    the store has nothing about the address.
    """
    await permission.require(session, author.by, DirectoryRight.ERASE)
    fingerprint = contacts.fingerprint_of(address, key=key)
    contact = await contacts.holding(session, fingerprint, lock=True)
    known = await session.get(suppressions.Suppression, fingerprint)
    if contact is None and known is None:
        raise NotFoundError(f"nothing is stored about {address}")
    await suppressions.erase(session, fingerprint, now=author.at)
    if contact is not None:
        others = [
            contacts.fingerprint_of(former, key=key)
            for former in await _former(session, contact.id)
        ]
        second = select(SecondAddress.address_key).where(
            SecondAddress.contact_id == contact.id
        )
        for other in [*others, *await session.scalars(second)]:
            await suppressions.erase(session, other, now=author.at)
        await _erase(session, contact, author)
    return fingerprint


async def _former(session: AsyncSession, number: int) -> list[str]:
    """Return the addresses that a contact had before."""
    history = await changes.history(session, Changed.CONTACT, number)
    pairs = [
        each.detail.get("address") or each.detail.get("merged")
        for each in history
        if each.act in {"moved", "merged"}
    ]
    return [before for before, _ in filter(None, pairs)]


async def _erase(session: AsyncSession, contact: Contact, author: Author) -> None:
    number, words = (
        contact.id,
        [each for each in (contact.address, contact.name) if each],
    )
    await _erase_proposals(session, contact, words)
    await retention.erase(session, number, words[:1] if contact.address else [])
    await session.execute(
        delete(Replaced).where(Replaced.kind == "contact", Replaced.row_id == number)
    )
    changes.record(session, Changed.CONTACT, number, "erased", author)
    await session.flush()
    await changes.empty(session, number, author)
    if not await session.scalar(select(exists().where(Message.contact_id == number))):
        await session.execute(delete(Contact).where(Contact.id == number))
        return
    await session.execute(delete(Subscription).where(Subscription.contact_id == number))
    await session.execute(delete(Consent).where(Consent.contact_id == number))
    await _erase_replies(session, number)
    contact.stopped_at = None
    await _empty(session, contact, author)


async def _erase_replies(session: AsyncSession, number: int) -> None:
    """Empty what relays replied: replies often name the address."""
    theirs = select(Message.id).where(Message.contact_id == number)
    await session.execute(
        update(MessageEvent)
        .where(MessageEvent.message_number.in_(theirs))
        .values(detail=None)
    )
    await session.execute(
        update(Message).where(Message.contact_id == number).values(reply=None)
    )


async def _erase_proposals(
    session: AsyncSession, contact: Contact, words: list[str]
) -> None:
    """Remove the lines that name a person from proposals of the organisations."""
    further = select(Membership.organisation_id).where(
        Membership.contact_id == contact.id
    )
    rows = await session.scalars(
        select(Proposal).where(
            (Proposal.organisation_id == contact.organisation_id)
            | Proposal.organisation_id.in_(further)
        )
    )
    for each in rows:
        each.held = _without(each.held, words)
        each.proposed = _without(each.proposed, words)


def _without(lines: dict[str, str], words: list[str]) -> dict[str, Any]:
    return {
        key: ERASED if any(word in line for word in words) else line
        for key, line in lines.items()
    }
