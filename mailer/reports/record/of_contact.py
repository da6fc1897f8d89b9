"""The messages and the evidence of one contact, as acts; the record does not have them.

Consent that an import brought is in the evidence only, and messages in the ledger.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from audiences.contacts import Contact
from audiences.subscriptions import OF_READERS, READER, Consent
from mailer.outbox.models import Message, MessageEvent
from mailer.reports.record.history_sources import (
    ActSource,
    HistoryEntry,
    HistoryLimits,
    limited,
)

DELIVERY = "delivery"


def sources(limits: HistoryLimits, contact: Contact) -> Iterator[ActSource]:
    """Yield the evidence and the messages of a contact."""
    yield _consent(limits, contact)
    yield _message_events(limits, contact)
    yield _acceptances(limits, contact)


def _consent(limits: HistoryLimits, contact: Contact) -> ActSource:
    table = Consent

    def entry(row: Any) -> HistoryEntry:
        (each,) = row
        return HistoryEntry(
            at=each.at,
            by=READER if each.how in OF_READERS else "",
            act=each.standing,
            about=f"topic {each.topic}",
            detail={"how": each.how, "source": each.source, "basis": each.basis},
        )

    query = select(table).where(table.contact_id == contact.id)
    return ActSource(query=limited(query, limits, table.at, table.id), entry=entry)


def _message_events(limits: HistoryLimits, contact: Contact) -> ActSource:
    table = MessageEvent
    query = (
        select(table, Message.campaign_id, Message.wave)
        .join(Message, Message.id == table.message_number)
        .where(Message.contact_id == contact.id)
    )
    if limits.campaign is not None:
        query = query.where(Message.campaign_id == limits.campaign)

    def entry(row: Any) -> HistoryEntry:
        each, campaign, wave = row
        about = f"campaign {campaign}"
        detail = {"message": each.message_number, "wave": wave, "reason": each.detail}
        return HistoryEntry(
            at=each.at, by=DELIVERY, act=each.state, about=about, detail=detail
        )

    return ActSource(query=limited(query, limits, table.at, table.id), entry=entry)


def _acceptances(limits: HistoryLimits, contact: Contact) -> ActSource:
    """Return the messages whose last state is no event: an acceptance usually."""
    known = select(MessageEvent.id).where(
        MessageEvent.message_number == Message.id, MessageEvent.state == Message.state
    )
    query = select(Message).where(
        Message.contact_id == contact.id,
        Message.settled_at.is_not(None),
        ~known.exists(),
    )
    if limits.campaign is not None:
        query = query.where(Message.campaign_id == limits.campaign)

    def entry(row: Any) -> HistoryEntry:
        (each,) = row
        said = {"message": each.id, "wave": each.wave}
        return HistoryEntry(
            at=each.settled_at,
            by=DELIVERY,
            act=each.state,
            about=f"campaign {each.campaign_id}",
            detail={**said, "reason": each.reason, "reply": each.reply},
        )

    order = (Message.settled_at, Message.id)
    return ActSource(query=limited(query, limits, *order), entry=entry)
