"""Queries of the ledger, the messages of all campaigns; nothing is changed."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.contacts import Contact, Membership
from audiences.organisations import Organisation
from audiences.suppressions import Suppression
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import FOR_ORGANISATION, Message

PAGE = 1_000


async def listed(
    session: AsyncSession, campaign_id: int, *, state: str | None = None
) -> AsyncIterator[tuple[Message, str | None]]:
    """Yield a campaign's messages with their reader's address, if any, in one state."""
    query = (
        select(Message, Contact.address)
        .join(Contact, Contact.id == Message.contact_id)
        .where(Message.campaign_id == campaign_id)
        .order_by(Message.id)
    )
    if state is not None:
        query = query.where(Message.state == state)
    async for message, address in await session.stream(query):
        yield message, address
        session.expunge(message)


NAMED = (
    *("address", "name", "organisation", "organisation_name", "kind", "language"),
    *("state", "reason", "attempts", "reply", "settled_at"),
)


async def named(
    session: AsyncSession, campaign_id: int
) -> AsyncIterator[list[tuple[str, ...]]]:
    """Yield pages of a campaign's messages with their readers, as texts of NAMED."""
    query = (
        select(
            Contact.address,
            Contact.name,
            Organisation.code,
            Organisation.name,
            Organisation.kind,
            Message.language,
            Message.state,
            Message.reason,
            Message.attempts,
            Message.reply,
            Message.settled_at,
        )
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .where(Message.campaign_id == campaign_id)
        .order_by(Message.id)
    )
    async for page in (await session.stream(query)).partitions(PAGE):
        yield [tuple(map(_text, row)) for row in page]


class Unreached(NamedTuple):
    """A message that no relay took, and its reader."""

    number: int
    address: str | None
    organisation: str
    state: str
    reason: str | None
    reply: str | None


async def unreached(
    session: AsyncSession, campaign_id: int, *, after: int, size: int
) -> list[Unreached]:
    """Return a page of the messages that no relay took, by their number."""
    rows = await session.execute(
        select(
            Message.id,
            Contact.address,
            Organisation.name,
            Message.state,
            Message.reason,
            Message.reply,
        )
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .where(
            Message.campaign_id == campaign_id,
            Message.state != MessageState.ACCEPTED,
            Message.id > after,
        )
        .order_by(Message.id)
        .limit(size)
    )
    return [Unreached(*row) for row in rows]


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else str(value)


async def totals(session: AsyncSession, campaign_id: int) -> dict[str, int]:
    """Return how many messages of a campaign are in each state, the largest first."""
    number = func.count()
    found = await session.execute(
        select(Message.state, number)
        .where(Message.campaign_id == campaign_id)
        .group_by(Message.state)
        .order_by(number.desc(), Message.state)
    )
    return {state: count for state, count in found}


def refused_by(campaign: Campaign) -> ColumnElement[bool]:
    """Return the condition that a suppression followed a refusal in a campaign."""
    refused = select(Message.address_key).where(
        Message.campaign_id == campaign.id,
        Message.state.in_((MessageState.REFUSED, MessageState.BOUNCED)),
    )
    return and_(
        Suppression.address_key.in_(refused),
        Suppression.since >= campaign.released_at,
    )


def written_to() -> ColumnElement[bool]:
    """Return the condition that a contact has a message in the ledger."""
    return exists().where(Message.contact_id == Contact.id)


def written_to_by() -> ColumnElement[bool]:
    """Return the condition that a message in the ledger is for a further membership."""
    return exists().where(
        Message.contact_id == Membership.contact_id,
        Message.organisation_id == Membership.organisation_id,
    )
