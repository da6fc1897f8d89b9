"""Takes contacts out of the directory, and erases persons.

A contact with messages keeps its row, because the ledger counts them, but without an
address, a name or an organisation's role. A row is kept for the wish of a reader who
left, too: if the address comes back, the wish still holds.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import contacts, suppressions
from audiences.contacts import Contact, Membership
from audiences.directory import Proposal
from audiences.intake.models import Replaced
from audiences.people import details, search_texts
from audiences.people.details import SecondAddress
from audiences.record import changes
from audiences.record.changes import Author, Changed
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.subscriptions import Consent, Standing, Subscription
from audiences.upkeep import forgetting
from mailer.campaigns.acts import Act
from mailer.campaigns.models import CampaignEvent
from mailer.errors import NotFoundError
from mailer.feedback.belief import retention
from mailer.outbox.models import Message, MessageEvent
from mailer.stewardship import moving

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
    await search_texts.refresh_contacts(session, Contact.id == contact.id)


async def erase(
    session: AsyncSession, address: str, author: Author, *, key: bytes
) -> list[bytes]:
    """Erase a person: only keyed fingerprints of the addresses stay, suppressed.

    Return the fingerprints. The person's messages stay in the counts, without an
    address. A person who was removed before can be erased, too; where a contact only
    had the address before, its history forgets it. Raises NotFoundError if the store
    has nothing about the address.
    """
    await permission.require(session, author.by, DirectoryRight.ERASE)
    fingerprint = contacts.fingerprint_of(address, key=key)
    contact = await contacts.holding(session, fingerprint, lock=True)
    known = await session.get(suppressions.Suppression, fingerprint)
    numbers = set(await forgetting.contacts_named(session, address, key=key))
    if contact is None and known is None and not numbers:
        raise NotFoundError(f"nothing is stored about {address}")
    keys = {fingerprint}
    if contact is not None:
        numbers.add(contact.id)
    for number in sorted(numbers):
        keys |= await _erase_number(session, number, address, author, key=key)
    await _erase_tests(session, fingerprint, key=key)
    for each in sorted(keys):
        await suppressions.erase(session, each, now=author.at, by=author.by)
    return sorted(keys)


async def _erase_number(
    session: AsyncSession, number: int, address: str, author: Author, *, key: bytes
) -> set[bytes]:
    """Erase one contact that has or had an address; return its own fingerprints.

    A contact that has another address now only loses the former one.
    """
    contact = await session.get(Contact, number, with_for_update=True)
    wanted = contacts.fingerprint_of(address, key=key)
    if contact is not None and contact.address and contact.address_key != wanted:
        await forgetting.forget(session, number, address, author, key=key)
        return set()
    found, names = await forgetting.words_of(session, number)
    found.add(address.strip())
    second = select(SecondAddress.address_key).where(SecondAddress.contact_id == number)
    keys = forgetting.keys_of(found, key=key) | {*await session.scalars(second)}
    if contact is not None:
        names |= {contact.name} if contact.name else set()
    await _erase_proposals(session, contact, found, names)
    await retention.erase(session, number, found)
    await session.execute(
        delete(Replaced).where(Replaced.kind == "contact", Replaced.row_id == number)
    )
    if contact is not None:
        # the reason may name the person
        nameless = replace(author, because=None)
        changes.record(session, Changed.CONTACT, number, "erased", nameless)
    await session.flush()
    await changes.empty(session, number, author)
    own = {wanted} | {
        each for each in keys if not await forgetting.holds(session, each)
    }
    for each in sorted(own):
        await _erase_row(session, each, author)
    return own


async def _erase_row(session: AsyncSession, fingerprint: bytes, author: Author) -> None:
    """Delete the contact that has an address, or had it when it was merged."""
    contact = await contacts.holding(session, fingerprint, lock=True)
    if contact is not None:
        await retention.erase(session, contact.id, [])
        await _erase_contact(session, contact, author)


async def _erase_contact(
    session: AsyncSession, contact: Contact, author: Author
) -> None:
    """Delete a contact, or empty it if its messages are counted."""
    number = contact.id
    if not await session.scalar(select(exists().where(Message.contact_id == number))):
        await session.execute(delete(Contact).where(Contact.id == number))
        return
    await session.execute(delete(Subscription).where(Subscription.contact_id == number))
    await session.execute(delete(Consent).where(Consent.contact_id == number))
    await _erase_replies(session, number)
    contact.stopped_at = None
    await _empty(session, contact, author)


async def _erase_tests(
    session: AsyncSession, fingerprint: bytes, *, key: bytes
) -> None:
    """Remove an address from the acts that sent test copies to it."""
    tests = await session.scalars(
        select(CampaignEvent).where(CampaignEvent.act == Act.TESTED)
    )
    for each in tests:
        to = each.detail.get("to", [])
        left = [
            one if fingerprint not in forgetting.keys_of([one], key=key) else ERASED
            for one in to
        ]
        if left != to:
            each.detail = {**each.detail, "to": left}


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
    session: AsyncSession,
    contact: Contact | None,
    addresses: Collection[str],
    names: Collection[str],
) -> None:
    """Remove the lines that name a person from proposals.

    A name counts in proposals of the person's organisations, and where an address of
    the person stands too: another person may have the name.
    """
    own = set()
    if contact is not None:
        further = select(Membership.organisation_id).where(
            Membership.contact_id == contact.id
        )
        own = {contact.organisation_id, *await session.scalars(further)}
    for each in await session.scalars(select(Proposal)):
        lines = [*each.held.values(), *each.proposed.values()]
        has_address = any(word in line for line in lines for word in addresses)
        if has_address or each.organisation_id in own:
            words = [*addresses, *names]
            each.held = _without(each.held, words)
            each.proposed = _without(each.proposed, words)


def _without(lines: dict[str, str], words: Collection[str]) -> dict[str, Any]:
    return {
        key: ERASED if any(word in line for word in words) else line
        for key, line in lines.items()
    }
