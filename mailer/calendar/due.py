"""Releases the campaigns that are due, each once, and records missed slots."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.errors import AudienceError
from mailer.calendar import following, renewing
from mailer.campaigns import control
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence
from mailer.errors import MailerError, StoreError
from mailer.store.database import Database
from scheduler.office import Office

log = structlog.get_logger()


@dataclass(kw_only=True)
class Ticked:
    """What one tick did."""

    released: list[int] = field(default_factory=list)
    held: list[int] = field(
        default_factory=list
    )  # expired: too late, or not releasable
    missed: list[str] = field(default_factory=list)  # slots without a campaign
    opened: list[int] = field(default_factory=list)  # drafts of series


async def tick(
    database: Database,
    release: Callable[[int], Awaitable[int]],
    *,
    office: Office,
    grace: timedelta,
    now: datetime,
    every_series: bool,
) -> Ticked:
    """Release each due campaign once; expire those that are late by `grace` or more.

    With `every_series`, look whether the slots of any series have another instant now.
    A campaign that cannot be released expires too; a fault of the store is raised.
    """
    ticked = Ticked()
    async with database.writing() as session:
        await renewing.renew(session, office=office, now=now, every=every_series)
        await following.settle(session, office=office, now=now, every=every_series)
        ticked.missed = await _record_missed(session, now)
        ticked.held = await _expire_late(session, grace=grace, now=now)
        due = await session.scalars(
            select(Campaign.id)
            .where(Campaign.state == CampaignState.SCHEDULED, Campaign.at <= now)
            .order_by(Campaign.at, Campaign.id)
        )
        numbers = due.all()
    _say_late(ticked.held, grace)
    for number in numbers:
        try:
            await release(number)
            ticked.released.append(number)
        except (StoreError, DBAPIError):
            raise  # no fault of this campaign: the next tick tries again
        except (MailerError, AudienceError) as refusal:
            await _hold(database, ticked, number, because=str(refusal), now=now)
        except Exception as fault:  # noqa: BLE001 (one campaign never stops the others)
            because = f"its release failed: {type(fault).__name__}: {fault}"
            if not await _hold(database, ticked, number, because=because, now=now):
                log.warning("campaign.not_released", campaign=number, reason=because)
    return ticked


async def _hold(
    database: Database, ticked: Ticked, number: int, *, because: str, now: datetime
) -> bool:
    """Expire a campaign that cannot be released, with the cause.

    Return whether it still waited for its release. If not, another ticker has released
    it, or a person took its time away.
    """
    async with database.writing() as session:
        held = await control.expire(session, number, because=because, now=now)
    if held:
        log.warning("campaign.not_released", campaign=number, reason=because)
        ticked.held.append(number)
    return held


async def _record_missed(session: AsyncSession, now: datetime) -> list[str]:
    """Record the slots whose time came without a campaign that goes; return them.

    A campaign that is not scheduled does not go: a draft, or one that has expired.
    """
    goes = select(Campaign.id).where(Campaign.state == CampaignState.SCHEDULED)
    missed = await session.execute(
        update(Occurrence)
        .where(
            Occurrence.due_at <= now,
            or_(Occurrence.campaign_id.is_(None), Occurrence.campaign_id.not_in(goes)),
            Occurrence.outcome.is_(None),
        )
        .values(outcome="missed")
        .returning(Occurrence.slot, Occurrence.campaign_id)
        .execution_options(synchronize_session=False)
    )
    slots = missed.all()
    for slot, campaign_id in slots:
        log.warning("occurrence.missed", slot=slot, campaign=campaign_id)
    return [slot for slot, _ in slots]


async def _expire_late(
    session: AsyncSession, *, grace: timedelta, now: datetime
) -> list[int]:
    """Expire the campaigns that are late by `grace` or more; return their numbers."""
    overdue = await session.scalars(
        select(Campaign.id)
        .where(Campaign.state == CampaignState.SCHEDULED, Campaign.at <= now - grace)
        .order_by(Campaign.id)
    )
    because = _too_late(grace)
    return [
        number
        for number in overdue.all()
        if await control.expire(session, number, because=because, now=now)
    ]


def _too_late(grace: timedelta) -> str:
    hours = grace.total_seconds() / 3600
    return f"its time passed more than {hours:g} hours ago"


def _say_late(numbers: list[int], grace: timedelta) -> None:
    for each in numbers:
        log.warning("campaign.not_released", campaign=each, reason=_too_late(grace))
