"""Forgets the history of messages whose letters were over long ago.

What became of each message in the end is its own row, and stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.outbox.models import Message, MessageEvent

BLOCK = 5_000  # events that are looked at, and deleted, in one transaction
_OVER = (CampaignState.FINISHED, CampaignState.CANCELLED)


@dataclass(frozen=True, kw_only=True, slots=True)
class OldEvents:
    """Events to forget, of a block that ends with the event `last`."""

    numbers: Sequence[int]
    last: int | None  # None: no later event is old


async def old(session: AsyncSession, *, after: int, before: datetime) -> OldEvents:
    """Return the events of a block to forget: of letters that were over before then.

    The block begins after the event `after`. Events are numbered as they come.
    """
    rows = await session.execute(
        select(MessageEvent.id, MessageEvent.at, Campaign.state, Campaign.updated_at)
        .join(Message, Message.id == MessageEvent.message_number)
        .join(Campaign, Campaign.id == Message.campaign_id)
        .where(MessageEvent.id > after)
        .order_by(MessageEvent.id)
        .limit(BLOCK)
    )
    found = rows.all()
    numbers = [
        number
        for number, at, state, updated_at in found
        if at < before and state in _OVER and updated_at < before
    ]
    is_last = len(found) < BLOCK or found[-1].at >= before
    return OldEvents(numbers=numbers, last=None if is_last else found[-1].id)


async def forget(session: AsyncSession, numbers: Sequence[int]) -> None:
    """Delete events of messages."""
    await session.execute(
        delete(MessageEvent)
        .where(MessageEvent.id.in_(numbers))
        .execution_options(synchronize_session=False)
    )
