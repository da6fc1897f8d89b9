"""Queries of the ledger, the messages of all campaigns; nothing is changed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from audiences.contacts import Contact, Membership
from audiences.organisations import Organisation
from audiences.suppressions import Suppression
from mailer.campaigns.models import Campaign
from mailer.outbox.message_states import CLAIMABLE, MessageState
from mailer.outbox.models import FOR_ORGANISATION, CampaignWave, Message

PAGE = 1_000
SLOWS_DOWN = " slows us down"  # in the reason of a message that waits for its provider
MOST_SLOWED = 20  # reasons


async def of_campaign(
    session: AsyncSession, campaign_id: int
) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a message is a reader's last one of a campaign.

    Each reader of any wave has exactly one.
    """
    mine = Message.campaign_id == campaign_id
    waves = select(exists().where(CampaignWave.campaign_id == campaign_id))
    if not await session.scalar(waves):
        return (mine,)
    later = aliased(Message)
    replaced = exists().where(
        later.contact_id == Message.contact_id,
        later.campaign_id == campaign_id,
        later.wave > Message.wave,
    )
    return mine, ~replaced.correlate_except(later)


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
    *("state", "reason", "attempts", "reply", "settled_at", "wave"),
)


async def named(
    session: AsyncSession, campaign_id: int
) -> AsyncIterator[list[tuple[str, ...]]]:
    """Yield pages of a campaign's readers with their last messages, as NAMED."""
    mine = await of_campaign(session, campaign_id)
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
            Message.wave,
        )
        .select_from(Message)
        .join(Contact, Contact.id == Message.contact_id)
        .join(Organisation, Organisation.id == FOR_ORGANISATION)
        .where(*mine)
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
    names: Mapping[str, str]  # of the organisation, by language


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
            Organisation.names,
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


async def slowed(session: AsyncSession) -> Sequence[tuple[str, int]]:
    """Return why messages wait for a provider that slows us down, with how many."""
    number = func.count()
    found = await session.execute(
        select(Message.reason, number)
        .where(
            Message.due_at.is_not(None),
            Message.state.in_(CLAIMABLE),
            Message.reason.contains(SLOWS_DOWN, autoescape=True),
        )
        .group_by(Message.reason)
        .order_by(number.desc(), Message.reason)
        .limit(MOST_SLOWED)
    )
    return [(reason or "", count) for reason, count in found]


async def totals(session: AsyncSession, campaign_id: int) -> dict[str, int]:
    """Return how many readers' last messages are in each state, the largest first."""
    number = func.count()
    found = await session.execute(
        select(Message.state, number)
        .where(*await of_campaign(session, campaign_id))
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
