"""Everything that a site holds on one person, for a request of access."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact
from audiences.intake.models import Import, Replaced
from audiences.person import person
from audiences.record import changes
from audiences.record.changes import Changed
from audiences.suppressions import SuppressionEvent
from mailer.campaigns.models import ApprovedReader
from mailer.outbox.models import Message, MessageEvent
from mailer.reports import letters, people

Document = dict[str, Any]


async def holdings(session: AsyncSession, address: str, *, key: bytes) -> Document:
    """Return all that the store has about the contact with this address.

    `key` makes fingerprints. Raises AddressRefusedError when the address is not valid,
    UnknownNameError when no contact has it.
    """
    known = await person(session, address, key=key)
    contact = known.contact
    facts = people.person(
        known,
        await letters.of_contact(session, contact.id),
        await changes.history(session, Changed.CONTACT, contact.id),
    )
    return facts | {
        "fingerprint": contact.address_key.hex(),
        "import": await _import(session, contact),
        "before_imports": await _replaced(session, contact.id),
        "suppression_history": await _suppressions(session, contact.address_key),
        "message_history": await _events(session, contact.id),
        "approved_for": await _approved(session, contact.id),
    }


async def _import(session: AsyncSession, contact: Contact) -> Document | None:
    """Return the import that added a contact."""
    added = await session.get(Import, contact.import_id or 0)
    if added is None:
        return None
    return {
        "id": added.id,
        "file": added.file,
        "at": added.at.isoformat(timespec="seconds"),
        "by": added.by,
    }


async def _replaced(session: AsyncSession, number: int) -> list[Document]:
    """Return the values that imports replaced, which are kept to undo them."""
    rows = await session.scalars(
        select(Replaced)
        .where(Replaced.kind == "contact", Replaced.row_id == number)
        .order_by(Replaced.import_id)
    )
    return [{"import": each.import_id, **each.before} for each in rows]


async def _suppressions(session: AsyncSession, key: bytes) -> list[Document]:
    rows = await session.scalars(
        select(SuppressionEvent)
        .where(SuppressionEvent.address_key == key)
        .order_by(SuppressionEvent.id)
    )
    return [
        {
            "at": each.at.isoformat(timespec="seconds"),
            "act": each.act,
            "reason": each.reason,
            "detail": each.detail,
        }
        for each in rows
    ]


async def _events(session: AsyncSession, number: int) -> list[Document]:
    rows = await session.execute(
        select(Message.campaign_id, MessageEvent)
        .join(Message, Message.id == MessageEvent.message_number)
        .where(Message.contact_id == number)
        .order_by(MessageEvent.id)
    )
    return [
        {
            "campaign": campaign,
            "at": each.at.isoformat(timespec="seconds"),
            "state": each.state,
            "detail": each.detail,
        }
        for campaign, each in rows
    ]


async def _approved(session: AsyncSession, number: int) -> list[int]:
    """Return the campaigns that were approved for readers with this one among them."""
    rows = await session.scalars(
        select(ApprovedReader.campaign_id)
        .where(ApprovedReader.contact_id == number)
        .order_by(ApprovedReader.campaign_id)
    )
    return list(rows)
