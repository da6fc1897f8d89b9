"""When a campaign may send: its hours of the day, and when it is too late.

The hours are a rule of the campaign; what claim and mark ask is two instants of its
row, the opening that holds now or comes next. They are moved on by the worker; until
they are, the campaign is closed, never open by mistake.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from scheduler import windows
from scheduler.errors import ScheduleError
from scheduler.windows import Window

KEYS = ("from", "until", "zone", "too_late_hours")
MAX_LATE = 24 * 14  # hours


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """When a campaign may send, as its folder says it."""

    window: Window | None = None
    too_late_hours: float | None = None  # none: as [delivery] says


ALWAYS = Sending()


def read(table: Mapping[str, Any], refuse: Callable[[str, str], Exception]) -> Sending:
    """Read the section [send] of a campaign; `refuse` makes the error of a key."""
    for key in sorted(set(table) - set(KEYS)):
        raise refuse(key, f"send has no {key}; it has {', '.join(KEYS)}")
    hours = table.get("too_late_hours")
    if hours is not None and (
        isinstance(hours, bool)
        or not isinstance(hours, int | float)
        or not 0 < hours <= MAX_LATE
    ):
        sentence = f"send.too_late_hours is {hours!r}, not hours up to {MAX_LATE}"
        raise refuse("too_late_hours", sentence)
    given = [key for key in KEYS[:3] if key in table]
    if not given:
        return Sending(too_late_hours=hours)
    for key in KEYS[:3]:
        if not isinstance(table.get(key), str):
            sentence = f"send.{key} is missing: the hours have from, until and zone"
            raise refuse(given[0], sentence)
    try:
        made = windows.parse(table["from"], table["until"], table["zone"])
    except ScheduleError as fault:
        raise refuse(given[0], f"send: {fault}") from None
    return Sending(window=made, too_late_hours=hours)


def fill(campaign: Campaign, sending: Sending) -> None:
    """Write it into a campaign's row."""
    window = sending.window
    campaign.window_from = f"{window.opens:%H:%M}" if window else None
    campaign.window_until = f"{window.closes:%H:%M}" if window else None
    campaign.window_zone = window.zone if window else None
    campaign.too_late_hours = sending.too_late_hours


def of(campaign: Campaign) -> Sending:
    """Read it back."""
    window = None
    if campaign.window_from and campaign.window_until and campaign.window_zone:
        window = windows.parse(
            campaign.window_from, campaign.window_until, campaign.window_zone
        )
    return Sending(window=window, too_late_hours=campaign.too_late_hours)


def begin(campaign: Campaign, *, usual_hours: float, now: datetime) -> None:
    """Set what is counted from the release on: the opening, and when it is too late."""
    hours = usual_hours if campaign.too_late_hours is None else campaign.too_late_hours
    campaign.expires_at = now + timedelta(hours=hours)
    _open(campaign, now)


def _open(campaign: Campaign, now: datetime) -> None:
    """Set the opening that holds now or comes next."""
    window = of(campaign).window
    found = windows.opening(window, now) if window else None
    campaign.opens_at = found.opens_at if found else None
    campaign.closes_at = found.closes_at if found else None


async def move_on(session: AsyncSession, *, now: datetime) -> None:
    """Give campaigns whose opening is over their next one."""
    closed = await session.scalars(
        select(Campaign).where(
            Campaign.state.in_([CampaignState.SENDING, CampaignState.PAUSED]),
            Campaign.closes_at <= now,
        )
    )
    for campaign in closed.all():
        _open(campaign, now)


def open_at(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Whether a campaign's hours let it send at an instant; for claim and mark."""
    return or_(
        Campaign.closes_at.is_(None),
        and_(Campaign.opens_at <= now, Campaign.closes_at > now),
    )
