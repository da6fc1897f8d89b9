"""Conditions on contacts that a campaign has not reached: of a query on contacts.

A reader who has the letter, or may have it, never gets it again: neither the contact
nor the address. A mailbox that is gone is tried again only at another address, or after
a person lifted its suppression.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    distinct,
    exists,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.contacts import Contact
from audiences.people.lost_contacts import LostContact
from audiences.segments import resolve
from audiences.suppressions import SuppressionEvent
from mailer.outbox import only_to
from mailer.outbox.message_states import REACHED, MessageState, Skip
from mailer.outbox.models import DeliveryFault, Message

_HAS = (MessageState.ACCEPTED, MessageState.COMPLAINED)
# in a finished campaign, a cancelled message was held: the relay may have it
_HAS_OR_MAY_HAVE = (*REACHED, MessageState.CANCELLED)
_MAY_HAVE = tuple(each for each in _HAS_OR_MAY_HAVE if each not in _HAS)
JOINED = "joined"  # why a reader gets a wave who has no message yet
FOLLOWS = "follows"  # the same, in place of a contact whose mailbox is gone
UNCERTAIN = "uncertain"  # why not: the relay may have the letter
HAS_IT = "has_it"  # another contact got it at this address
MAILBOX_GONE = "mailbox_gone"


def why_not(
    campaign_id: int, topic: str | None, patterns: Sequence[str]
) -> ColumnElement[str | None]:
    """Return why a contact gets no further wave though it was not reached, or null.

    `patterns` are mail.only_to.
    """
    return case(
        (_in_states(campaign_id, _MAY_HAVE), literal(UNCERTAIN)),
        (_address_in_states(campaign_id, _HAS_OR_MAY_HAVE), literal(HAS_IT)),
        (_is_gone(campaign_id), literal(MAILBOX_GONE)),
        else_=func.coalesce(
            resolve.reason(topic),
            case(
                (only_to.condition(patterns), null()),
                else_=literal(str(Skip.ONLY_TO)),
            ),
        ),
    )


class Whom(NamedTuple):
    """To whom a further wave goes, besides those whom the campaign has not reached."""

    joiners: bool = False  # also to who has no message of the campaign
    # only to who has none, and follows a contact whose mailbox is gone
    successors: bool = False


MISSED = Whom()


def missed(campaign_id: int, whom: Whom) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a contact may get a further wave.

    The campaign has not reached it for certain, or it follows one whose mailbox turned
    out to be gone.
    """
    other, any_message = aliased(Message), aliased(Message)
    not_taken = Contact.id.in_(
        select(other.contact_id).where(
            other.campaign_id == campaign_id, other.state.not_in(_HAS)
        )
    )
    none = ~exists().where(
        any_message.contact_id == Contact.id, any_message.campaign_id == campaign_id
    )
    follows = none & _follows(campaign_id)
    others = none if whom.joiners else follows
    return (
        follows if whom.successors else or_(not_taken, others),
        ~_in_states(campaign_id, _HAS),
    )


async def number_missed(session: AsyncSession, campaign_id: int) -> int:
    """Return how many contacts have messages of which the relay took none."""
    taken = select(Message.contact_id).where(
        Message.campaign_id == campaign_id, Message.state.in_(_HAS)
    )
    counted = select(func.count(distinct(Message.contact_id))).where(
        Message.campaign_id == campaign_id,
        Message.state.not_in(_HAS),
        Message.contact_id.not_in(taken),
    )
    return await session.scalar(counted) or 0


def last_word(campaign_id: int) -> ColumnElement[str]:
    """Return what became of a contact's last message: its state, or why skipped.

    `follows` or `joined` if it has none.
    """
    other = aliased(Message)
    skipped = other.state == MessageState.SKIPPED
    said = case((skipped, func.coalesce(other.reason, other.state)), else_=other.state)
    last = (
        select(said)
        .where(other.contact_id == Contact.id, other.campaign_id == campaign_id)
        .order_by(other.wave.desc())
        .limit(1)
    )
    none = case((_follows(campaign_id), FOLLOWS), else_=JOINED)
    return func.coalesce(last.correlate(Contact).scalar_subquery(), none)


def _follows(campaign_id: int) -> ColumnElement[bool]:
    """Return the condition that a contact follows one whom the campaign lost."""
    lost, other = aliased(LostContact), aliased(Message)
    return Contact.id.in_(
        select(lost.successor_id)
        .join(other, other.contact_id == lost.contact_id)
        .where(
            other.campaign_id == campaign_id,
            other.state.in_((MessageState.BOUNCED, MessageState.REFUSED)),
            lost.successor_id.is_not(None),
            lost.returned_at.is_(None),
        )
    )


def _in_states(
    campaign_id: int, states: Collection[MessageState]
) -> ColumnElement[bool]:
    other = aliased(Message)
    return exists().where(
        other.contact_id == Contact.id,
        other.campaign_id == campaign_id,
        other.state.in_(states),
    )


def _address_in_states(
    campaign_id: int, states: Collection[MessageState]
) -> ColumnElement[bool]:
    other = aliased(Message)
    return exists().where(
        other.campaign_id == campaign_id,
        other.address_key == Contact.address_key,
        other.state.in_(states),
    )


def _is_gone(campaign_id: int) -> ColumnElement[bool]:
    """Return the condition that a contact's mailbox was gone, and still may be."""
    other, lifted = aliased(Message), aliased(SuppressionEvent)
    lifted_since = exists().where(
        lifted.address_key == other.address_key,
        lifted.act == "lifted",
        lifted.at >= other.settled_at,
    )
    refused = and_(DeliveryFault.gone.is_(True), DeliveryFault.ours.is_(False))
    return (
        select(literal(1))
        .select_from(other)
        .outerjoin(DeliveryFault, DeliveryFault.message_number == other.id)
        .where(
            other.contact_id == Contact.id,
            other.campaign_id == campaign_id,
            other.address_key == Contact.address_key,
            or_(other.state == MessageState.BOUNCED, refused),
            ~lifted_since,
        )
        .correlate(Contact)
        .exists()
    )
