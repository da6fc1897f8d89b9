"""A sentence for operators: how many messages wait, until when, for which relay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns import hours
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.delivery.routing.relays import Relays
from mailer.outbox.message_states import MessageState
from mailer.outbox.models import Message

OPEN_STATES = (MessageState.WAITING, MessageState.DEFERRED, MessageState.UNCERTAIN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How many messages wait, and when the first and the last are due."""

    count: int
    first: datetime
    last: datetime


async def read(session: AsyncSession, *, now: datetime) -> Waiting | None:
    """Count waiting messages of campaigns that may send now; None if there are none."""
    sending = select(Campaign.id).where(
        Campaign.state == CampaignState.SENDING, hours.open_at(now)
    )
    result = await session.execute(
        select(func.count(), func.min(Message.due_at), func.max(Message.due_at)).where(
            Message.campaign_id.in_(sending), Message.state.in_(OPEN_STATES)
        )
    )
    count, first, last = result.one()
    if first is None or last is None:
        return None
    return Waiting(count=count, first=first, last=last)


def sentence(
    waiting: Waiting, relays: Relays, reasons: Mapping[str, str], *, soonest: datetime
) -> str:
    """Return the sentence; `reasons` has, by relay, why its messages wait.

    Messages that are due already wait for their relay, until `soonest`.
    """
    first, last = max(waiting.first, soonest), max(waiting.last, soonest)
    if waiting.count == 1:
        text = f"1 message waits until {_shown(first)}"
    else:
        text = (
            f"{waiting.count:,} messages wait, the first until {_shown(first)}, the"
            f" last until {_shown(last)}"
        )
    why = [f"{_address(name, relays)} {reason}" for name, reason in reasons.items()]
    return f"{text}: {'; '.join(why)}" if why else text


def _address(name: str, relays: Relays) -> str:
    relay = relays.settings[name]
    return f"the relay {name} at {relay.host}:{relay.port}"


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
