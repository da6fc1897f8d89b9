"""What still waits, until when and for which relay: one sentence for an operator."""

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

LATER = (MessageState.WAITING, MessageState.DEFERRED, MessageState.UNCERTAIN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Messages that wait, and when they are due."""

    count: int
    first: datetime
    last: datetime


async def read(session: AsyncSession, *, now: datetime) -> Waiting | None:
    """Count what waits in campaigns that may send now; None where nothing does."""
    sending = select(Campaign.id).where(
        Campaign.state == CampaignState.SENDING, hours.open_at(now)
    )
    found = await session.execute(
        select(func.count(), func.min(Message.due_at), func.max(Message.due_at)).where(
            Message.campaign_id.in_(sending), Message.state.in_(LATER)
        )
    )
    count, first, last = found.one()
    if first is None or last is None:
        return None
    return Waiting(count=count, first=first, last=last)


def sentence(
    waiting: Waiting, relays: Relays, troubles: Mapping[str, str], *, soonest: datetime
) -> str:
    """Say what waits, until when, and what each relay last said or is limited to.

    What is due already waits for its relay, until `soonest`.
    """
    first, last = max(waiting.first, soonest), max(waiting.last, soonest)
    if waiting.count == 1:
        said = f"1 message waits until {_shown(first)}"
    else:
        said = (
            f"{waiting.count:,} messages wait, the first until {_shown(first)}, the"
            f" last until {_shown(last)}"
        )
    why = [f"{_named(name, relays)} {trouble}" for name, trouble in troubles.items()]
    return f"{said}: {'; '.join(why)}" if why else said


def _named(name: str, relays: Relays) -> str:
    relay = relays.settings[name]
    return f"the relay {name} at {relay.host}:{relay.port}"


def _shown(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S} UTC"
