"""What is due: occurrences and campaigns whose time has come, each released once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.calendar import series
from mailer.campaigns import control
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.errors import MailerError
from mailer.store.database import Database

log = structlog.get_logger()


@dataclass(kw_only=True)
class Ticked:
    """What one tick did."""

    released: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)  # too late, or not approved any more
    missed: list[str] = field(default_factory=list)  # slots nobody filled


async def tick(
    database: Database,
    release: Callable[[int], Awaitable[int]],
    *,
    late: timedelta,
    now: datetime,
) -> Ticked:
    """Release every due, approved campaign once; hold what is later than `late`."""
    ticked = Ticked()
    async with database.writing() as session:
        for each in await session.scalars(select(Series).order_by(Series.id)):
            await series.open_slots(session, each, now=now)
        ticked.missed = await _missed(session, now)
        ticked.held = await _too_late(session, late=late, now=now)
        due = await session.scalars(
            select(Campaign.id)
            .where(Campaign.state == CampaignState.SCHEDULED, Campaign.at <= now)
            .order_by(Campaign.at, Campaign.id)
        )
        numbers = due.all()
    for number in numbers:
        try:
            await release(number)
            ticked.released.append(number)
        except (MailerError, AudienceError) as refusal:
            log.warning("campaign.not_released", campaign=number, reason=str(refusal))
            async with database.writing() as session:
                if await control.expire(session, number, because=str(refusal), now=now):
                    ticked.held.append(number)
    return ticked


async def _missed(session: AsyncSession, now: datetime) -> list[str]:
    """Note the slots whose time came without a campaign: nothing is sent."""
    missed = await session.execute(
        update(Occurrence)
        .where(
            Occurrence.due_at <= now,
            Occurrence.campaign_id.is_(None),
            Occurrence.outcome.is_(None),
        )
        .values(outcome="missed")
        .returning(Occurrence.slot)
        .execution_options(synchronize_session=False)
    )
    slots = [slot for (slot,) in missed]
    for slot in slots:
        log.warning("occurrence.missed", slot=slot)
    return slots


async def _too_late(
    session: AsyncSession, *, late: timedelta, now: datetime
) -> list[int]:
    """Hold campaigns whose time passed longer ago than is allowed."""
    overdue = await session.scalars(
        select(Campaign.id)
        .where(Campaign.state == CampaignState.SCHEDULED, Campaign.at <= now - late)
        .order_by(Campaign.id)
    )
    hours = late.total_seconds() / 3600
    because = f"its time passed more than {hours:g} hours ago"
    return [
        number
        for number in overdue.all()
        if await control.expire(session, number, because=because, now=now)
    ]
