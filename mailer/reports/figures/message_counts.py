"""Counts the messages of a campaign in one scan of its part of the ledger."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store import counting
from mailer.campaigns.models import Campaign
from mailer.outbox import ledger
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message

MANY = 20_000  # messages; more take longer to count than a page may


@dataclass(frozen=True, kw_only=True)
class MessageCounts:
    """The readers of a campaign by the state of their last message.

    `states` has every state except skipped; each reader is in it or in `skipped`.
    """

    states: Mapping[MessageState, int]  # marked messages count as waiting
    skipped: dict[str, int]  # by reason
    by_language: dict[str, int]  # accepted messages

    @property
    def audience(self) -> int:
        """Return the number of readers."""
        return sum(self.states.values()) + sum(self.skipped.values())

    @property
    def accepted(self) -> int:
        """Return the number of messages that the relay took."""
        return self.states[MessageState.ACCEPTED]


async def read(session: AsyncSession, campaign: Campaign) -> MessageCounts:
    """Count the messages of a campaign: of each reader the last message counts."""
    mine = await ledger.of_campaign(session, campaign.id)
    keys = (Message.state, Message.reason, Message.language)
    rows = await session.execute(
        select(*keys, func.count()).where(*mine).group_by(*keys)
    )
    states = dict.fromkeys(MessageState, 0)
    skipped: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for state, reason, language, count in rows:
        states[MessageState(state)] += count
        if state == MessageState.SKIPPED:
            skipped[reason or "unknown"] += count
        if state == MessageState.ACCEPTED:
            languages[language or "und"] += count
    del states[MessageState.SKIPPED]
    states[MessageState.WAITING] += states.pop(MessageState.MARKED)
    return MessageCounts(
        states=states,
        skipped=dict(skipped.most_common()),
        by_language=dict(languages.most_common()),
    )


async def to_go(session: AsyncSession, campaign_id: int) -> int:
    """Count the messages of a campaign that are not settled; an index has them all."""
    found = await session.scalar(
        select(func.count()).where(
            Message.campaign_id == campaign_id, Message.due_at.is_not(None)
        )
    )
    return found or 0


async def are_many(session: AsyncSession, campaign_id: int) -> bool:
    """Whether a campaign has more than MANY messages."""
    mine = select(Message.id).where(Message.campaign_id == campaign_id)
    return await counting.up_to(session, mine, MANY + 1) > MANY
