"""Counts the resends of a campaign."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.outbox.message_states import MessageState
from mailer.outbox.models import CampaignWave, Message


@dataclass(frozen=True, kw_only=True, slots=True)
class WaveCount:
    """A resend: how many readers it was begun for, and how many have it by now."""

    number: int  # the release is 1
    at: datetime
    by: str
    until: datetime
    joiners: bool
    successors: bool
    readers: int
    accepted: int

    def as_json(self) -> dict[str, Any]:
        """Return the wave as JSON."""
        return {
            **asdict(self),
            "at": self.at.isoformat(timespec="seconds"),
            "until": self.until.isoformat(timespec="seconds"),
        }


async def read(session: AsyncSession, campaign_id: int) -> tuple[WaveCount, ...]:
    """Return the resends of a campaign, the first one first."""
    accepted = (
        select(func.count())
        .where(
            Message.campaign_id == CampaignWave.campaign_id,
            Message.wave == CampaignWave.number,
            Message.state == MessageState.ACCEPTED,
        )
        .correlate(CampaignWave)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(CampaignWave, accepted)
        .where(CampaignWave.campaign_id == campaign_id)
        .order_by(CampaignWave.number)
    )
    return tuple(
        WaveCount(
            number=wave.number,
            at=wave.at,
            by=wave.by,
            until=wave.until,
            joiners=wave.joiners,
            successors=wave.successors,
            readers=wave.readers,
            accepted=count,
        )
        for wave, count in rows
    )
