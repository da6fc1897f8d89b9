"""The hours in which a campaign may be sent, and when it is too late.

A campaign stores its window (from, until, zone) and one opening of the window, the
present or the next, as two instants. Claim and mark compare the time with them. A
worker replaces an opening that is over; until then the campaign is closed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign
from mailer.errors import RefusedError
from scheduler import instants, windows
from scheduler.errors import ScheduleError
from scheduler.windows import Window

WINDOW = ("from", "until", "zone")
KEYS = (*WINDOW, "too_late_hours", "reader_hour", "quiet", "wave_hours")
QUIET = ("weekend", "holidays")
WAVE_HOURS = 26.0  # after which all have had their hour once
QUIET_WAVE_HOURS = 100.0  # the same over a weekend and a holiday
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MAX_LATE = 24 * 14  # hours


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderHour:
    """The hour of readers at which a campaign goes to them."""

    hour: str  # 10:00
    quiet: str | None = None  # days without letters: weekend, or holidays too
    hours: float = WAVE_HOURS  # after the release, when all go


@dataclass(frozen=True, kw_only=True, slots=True)
class Sending:
    """The section [send] of a campaign."""

    window: Window | None = None
    too_late_hours: float | None = None  # None: the site's
    wave: ReaderHour | None = None


ALWAYS = Sending()


def read(table: Mapping[str, Any], refuse: Callable[[str, str], Exception]) -> Sending:
    """Return the section [send]; raise `refuse(key, sentence)` at the first fault."""
    for key in sorted(set(table) - set(KEYS)):
        raise refuse(key, f"send has no {key}; it has {', '.join(KEYS)}")
    hours = table.get("too_late_hours")
    if hours is not None and (
        isinstance(hours, bool)
        or not isinstance(hours, int | float)
        or not 0 < hours <= MAX_LATE
    ):
        sentence = (
            f"send.too_late_hours is {hours!r};"
            f" expected hours above 0, at most {MAX_LATE}"
        )
        raise refuse("too_late_hours", sentence)
    wave = _wave(table, refuse)
    given = [key for key in WINDOW if key in table]
    if not given:
        return Sending(too_late_hours=hours, wave=wave)
    if wave is not None:
        sentence = "send has a window and reader_hour; a campaign has one of them"
        raise refuse("reader_hour", sentence)
    for key in WINDOW:
        if not isinstance(table.get(key), str):
            sentence = f"send.{key} is missing; a window needs from, until and zone"
            raise refuse(given[0], sentence)
    try:
        window = windows.parse(table["from"], table["until"], table["zone"])
    except ScheduleError as fault:
        raise refuse(given[0], f"send: {fault}") from None
    return Sending(window=window, too_late_hours=hours)


def _wave(
    table: Mapping[str, Any], refuse: Callable[[str, str], Exception]
) -> ReaderHour | None:
    """Return the wave of a section [send]; None: it has none."""
    hour, quiet = table.get("reader_hour"), table.get("quiet")
    hours = table.get("wave_hours", QUIET_WAVE_HOURS if quiet else WAVE_HOURS)
    if hour is None:
        for key in ("quiet", "wave_hours"):
            if key in table:
                raise refuse(key, f"send.{key} needs send.reader_hour, such as 10:00")
        return None
    if not isinstance(hour, str) or not _HOUR.fullmatch(hour):
        sentence = f"send.reader_hour is {hour!r}; expected a time such as 10:00"
        raise refuse("reader_hour", sentence)
    if quiet not in {None, *QUIET}:
        sentence = f"send.quiet is {quiet!r}; expected {' or '.join(QUIET)}"
        raise refuse("quiet", sentence)
    if (
        isinstance(hours, bool)
        or not isinstance(hours, int | float)
        or not 0 < hours <= MAX_LATE
    ):
        sentence = (
            f"send.wave_hours is {hours!r}; expected hours above 0, at most {MAX_LATE}"
        )
        raise refuse("wave_hours", sentence)
    return ReaderHour(hour=hour, quiet=quiet, hours=hours)


def store(campaign: Campaign, sending: Sending) -> None:
    """Set the columns of a campaign that hold its section [send]."""
    window = sending.window
    campaign.window_from = f"{window.opens:%H:%M}" if window else None
    campaign.window_until = f"{window.closes:%H:%M}" if window else None
    campaign.window_zone = window.zone if window else None
    campaign.too_late_hours = sending.too_late_hours
    wave = sending.wave
    campaign.reader_hour = wave.hour if wave else None
    campaign.reader_quiet = wave.quiet if wave else None
    campaign.wave_hours = wave.hours if wave else None


def _window(campaign: Campaign) -> Window | None:
    """Return the window that a campaign stores."""
    if campaign.window_from and campaign.window_until and campaign.window_zone:
        return windows.parse(
            campaign.window_from, campaign.window_until, campaign.window_zone
        )
    return None


def begin(campaign: Campaign, *, ends: datetime, now: datetime) -> None:
    """Set the expiry and the first opening of a campaign sent from `now` on."""
    campaign.expires_at = ends
    _set_opening(campaign, now)


def usual_end(campaign: Campaign, *, usual_hours: float, at: datetime) -> datetime:
    """Return when the messages of a campaign released at `at` expire.

    `usual_hours` is the site's delivery.too_late_hours.
    """
    last_hour = timedelta(hours=campaign.wave_hours or 0)  # of the readers' hours
    return at + last_hour + _patience(campaign, usual_hours)


def opens_before(campaign: Campaign, ends: datetime, *, at: datetime) -> bool:
    """Whether a campaign sent from `at` on may be sent at all before it ends."""
    window = _window(campaign)
    return window is None or windows.opening(window, at).opens_at < ends


def end_of(day: date, campaign: Campaign) -> datetime:
    """Return the instant at which a day ends in the campaign's zone."""
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return instants.instant_of(midnight, ZoneInfo(campaign.zone))


def require_opening(campaign: Campaign, *, usual_hours: float, at: datetime) -> None:
    """Raise RefusedError if messages released at `at` would expire unsent.

    `usual_hours` is that of `usual_end`.
    """
    patience = _patience(campaign, usual_hours)
    if opens_before(campaign, at + patience, at=at):
        return
    raise RefusedError(
        f"{campaign.name} may be sent from {campaign.window_from} until"
        f" {campaign.window_until} {campaign.window_zone} only; released at"
        f" {at:%Y-%m-%d %H:%M} UTC it would expire after"
        f" {patience.total_seconds() / 3600:g} hours, before that; choose a time in its"
        " hours"
    )


def _patience(campaign: Campaign, usual_hours: float) -> timedelta:
    """Return how long after its release a campaign's messages expire."""
    hours = usual_hours if campaign.too_late_hours is None else campaign.too_late_hours
    return timedelta(hours=hours)


def _set_opening(campaign: Campaign, now: datetime) -> None:
    """Set the opening that contains `now`, or else the next one."""
    window = _window(campaign)
    opening = windows.opening(window, now) if window else None
    campaign.opens_at = opening.opens_at if opening else None
    campaign.closes_at = opening.closes_at if opening else None


async def move_on(session: AsyncSession, *, now: datetime) -> None:
    """Replace each opening that is over by the campaign's next one."""
    closed = await session.scalars(
        select(Campaign).where(
            Campaign.state.in_([CampaignState.SENDING, CampaignState.PAUSED]),
            Campaign.closes_at <= now,
        )
    )
    for campaign in closed.all():
        _set_opening(campaign, now)


def open_at(now: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that a campaign's hours allow sending at `now`."""
    return or_(
        Campaign.closes_at.is_(None),
        and_(Campaign.opens_at <= now, Campaign.closes_at > now),
    )
