"""Notices contacts whose mailbox is gone, and those who have one again.

It compares suppressions with what was noticed before, so it may be repeated, and a
killed process leaves nothing out. Only what our own letters proved counts: a list that
was imported with dead addresses makes no tasks.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.organisations import Organisation
from audiences.people.lost_contacts import LostContact
from audiences.record.changes import Author
from audiences.store.dialects import insert
from audiences.suppressions import Suppression, Why
from audiences.upkeep import lending
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message

BATCH = 200  # contacts of one transaction
FAILED = (MessageState.BOUNCED, MessageState.REFUSED)
_BECAUSE = "a mailbox of the organisation is gone"
_BACK = "the mailbox takes letters again"


@dataclass(kw_only=True, slots=True)
class Noticed:
    """How many contacts were noticed: one for each organisation they are at."""

    lost: int = 0
    returned: int = 0


async def notice(session: AsyncSession, *, now: datetime) -> Noticed:
    """Notice at most BATCH contacts that are lost, and BATCH that are back."""
    noticed = Noticed()
    for lost in await _returned(session):
        lost.returned_at = now
        lost.draft = None  # another letter tells that the contact is back
        await lending.take_back(session, lost, _author(_BACK, now))
        noticed.returned += 1
    for contact in await _gone(session):
        for organisation_id in await _organisations(session, contact):
            lost_id = await session.scalar(
                insert(session, LostContact)
                .values(
                    contact_id=contact.id,
                    organisation_id=organisation_id,
                    address_key=contact.address_key,
                    at=now,
                    lent=0,
                )
                .on_conflict_do_nothing()
                .returning(LostContact.id)
            )
            if lost_id is None:
                continue  # another process noticed it
            lost = await session.get_one(LostContact, lost_id)
            await lending.lend(session, lost, _author(_BECAUSE, now))
            noticed.lost += 1
    await session.flush()
    return noticed


def _author(because: str, now: datetime) -> Author:
    return Author(by="delivery", at=now, because=because)


async def _returned(session: AsyncSession) -> list[LostContact]:
    """Return lost contacts with another address, or whose suppression has ended."""
    gone = exists().where(
        Suppression.address_key == LostContact.address_key,
        Suppression.reason == Why.BOUNCED.value,
    )
    rows = await session.scalars(
        select(LostContact)
        .join(Contact, Contact.id == LostContact.contact_id)
        .where(
            LostContact.returned_at.is_(None),
            Contact.address.is_not(None),
            or_(Contact.address_key != LostContact.address_key, ~gone),
        )
        .order_by(LostContact.id)
        .limit(BATCH)
        .with_for_update(of=LostContact, skip_locked=True)
    )
    return list(rows)


async def _gone(session: AsyncSession) -> list[Contact]:
    """Return contacts whose mailbox our letters proved gone, and no row has yet."""
    known = exists().where(
        LostContact.contact_id == Contact.id, LostContact.returned_at.is_(None)
    )
    failed = exists().where(Message.contact_id == Contact.id, Message.state.in_(FAILED))
    rows = await session.scalars(
        select(Contact)
        .join(Suppression, Suppression.address_key == Contact.address_key)
        .join(Organisation, Organisation.id == Contact.organisation_id)
        .where(
            Suppression.reason == Why.BOUNCED.value,
            Contact.address.is_not(None),
            Organisation.retired_at.is_(None),
            ~known,
            failed,
        )
        .order_by(Contact.id)
        .limit(BATCH)
    )
    return list(rows)


async def _organisations(session: AsyncSession, contact: Contact) -> list[int]:
    further = await session.scalars(
        select(Membership.organisation_id)
        .where(Membership.contact_id == contact.id)
        .order_by(Membership.id)
    )
    return [contact.organisation_id, *further]
