"""What a calendar shows: the slots of series and the times of campaigns.

A slot that has no row yet is computed from its series, so that a year can be seen
before it begins.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.calendar import following, leads, renewing
from mailer.calendar.dates import SKIPPED
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Campaign, Occurrence, Series
from scheduler import slots
from scheduler.errors import ScheduleError
from scheduler.leads import Turn
from scheduler.office import Office

MANY = 20_000  # entries of a calendar
log = structlog.get_logger()
WAITS = {
    CampaignState.DRAFT: "waits for its author",
    CampaignState.IN_REVIEW: "waits for an approver",
    CampaignState.APPROVED: "waits for a sender to schedule it",
    CampaignState.SCHEDULED: "",
    CampaignState.SENDING: "",
    CampaignState.PAUSED: "waits for a sender to resume it",
    CampaignState.FINISHED: "",
    CampaignState.CANCELLED: "",
    CampaignState.EXPIRED: "waits for a person to decide",
}
NO_CAMPAIGN = "waits for a campaign"
_UNAPPROVED = (CampaignState.DRAFT, CampaignState.IN_REVIEW)
_BEFORE_TIME = (*_UNAPPROVED, CampaignState.APPROVED)


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEntry:
    """One date of a calendar: its key never changes, `changed_at` does with it."""

    key: str
    at: datetime  # UTC
    zone: str
    name: str  # of the series, or of the campaign if it has none
    campaign: int | None = None
    state: str = ""  # of the campaign or slot
    waits: str = ""  # for whom or what, in words
    whom: str = ""  # it waits for: a user, or some
    changed_at: datetime
    series: int | None = None
    slot: str = ""  # the local time that the cadence gives
    turns: Mapping[Turn, datetime] = field(default_factory=dict)  # of its series

    @property
    def local(self) -> datetime:
        """Return the time at its place."""
        return self.at.astimezone(ZoneInfo(self.zone))

    @property
    def moved(self) -> bool:
        """Whether a person gave it another time than its cadence does."""
        return bool(self.slot) and self.slot != renewing.name_of(self.local)

    def late(self, now: datetime) -> Turn | None:
        """Return the last turn that has come and is not done; None: nothing is late."""
        if not self.waits or self.at <= now:
            return None
        came = {turn for turn, at in self.turns.items() if at <= now}
        if self.campaign is None:
            return Turn.DRAFT if Turn.DRAFT in came else None
        is_due = Turn.APPROVAL in came and self.state in _UNAPPROVED
        return Turn.APPROVAL if is_due else None

    @property
    def sentence(self) -> str:
        """Return what it is, and what it waits for."""
        number = f" (campaign {self.campaign})" if self.campaign else ""
        end = self.waits or self.state
        return f"{self.name}{number}" + (f": {end}" if end else "")


async def between(
    session: AsyncSession,
    *,
    first: datetime,
    last: datetime,
    zone: str,
    office: Office,
    only: Series | None = None,
) -> list[CalendarEntry]:
    """Return what is planned from an instant until before another, in order.

    `zone` is that of campaigns without a series; `only` leaves one series.
    """
    found = {
        entry.key: entry
        for entry in await _computed(session, first, last, office, only)
    }
    for key in await _elsewhere(session):
        found.pop(key, None)
    for entry in await _stored(session, first, last, only):
        found[entry.key] = entry
    for entry in [] if only else await _single(session, first, last, zone):
        found[entry.key] = entry
    in_order = sorted(found.values(), key=lambda entry: (entry.at, entry.key))
    return in_order[:MANY]


async def _computed(
    session: AsyncSession,
    first: datetime,
    last: datetime,
    office: Office,
    only: Series | None,
) -> list[CalendarEntry]:
    """Return the slots that cadences have, whether they have rows or not."""
    found: list[CalendarEntry] = []
    query = select(Series).order_by(Series.name)
    if only is not None:
        query = query.where(Series.name.in_([only.name, only.follows_series or ""]))
    every = (await session.scalars(query)).all()
    for series in every:
        if series.follows_letters:
            continue  # its dates have rows, from the release of the letters on
        try:
            found += _of_series(series, first, last, office)
        except ScheduleError as fault:
            log.warning("series.unreadable", series=series.name, reason=str(fault))
    for series in every:
        followed = [each for each in found if each.name == series.follows_series]
        found += _after(series, followed, first, last, office)
    return [each for each in found if only is None or each.name == only.name]


def _after(
    series: Series,
    followed: Iterable[CalendarEntry],
    first: datetime,
    last: datetime,
    office: Office,
) -> Iterator[CalendarEntry]:
    """Yield the slots that will follow the releases of planned letters."""
    cadence = renewing.cadence_of(series)
    if cadence.days.event != following.RELEASE:
        return
    for each in followed:
        day = each.at.astimezone(ZoneInfo(cadence.zone)).date()
        for slot in slots.from_event(cadence, day, day, office=office):
            if slot is not None and first <= slot.instant < last:
                yield CalendarEntry(
                    key=_key(series.id, renewing.name_of(slot.local)),
                    at=slot.instant,
                    zone=cadence.zone,
                    name=series.name,
                    waits=f"follows {each.name} of {each.local:%Y-%m-%d}",
                    changed_at=series.created_at,
                )


def _of_series(
    series: Series, first: datetime, last: datetime, office: Office
) -> Iterator[CalendarEntry]:
    """Yield the slots of a series that were not yet due when it was made."""
    cadence = renewing.cadence_of(series)
    begin = max(first, series.created_at)
    for year in range(begin.year - 1, last.year + 2):
        for slot, _ in slots.slots_in(
            cadence, year, office=office, event=series.event_day
        ):
            if begin <= slot.instant < last:
                name = renewing.name_of(slot.local)
                yield CalendarEntry(
                    key=_key(series.id, name),
                    at=slot.instant,
                    zone=cadence.zone,
                    name=series.name,
                    waits=NO_CAMPAIGN,
                    whom=series.owner or "",
                    changed_at=series.created_at,
                    series=series.id,
                    slot=name,
                    turns=_turns(series, slot.local),
                )


def _turns(series: Series, local: datetime) -> Mapping[Turn, datetime]:
    """Return when the people of a slot are needed; empty: it opens no draft."""
    return {} if series.letter_type is None else leads.instants(series, local)


async def _elsewhere(session: AsyncSession) -> Iterable[str]:
    """Return the keys of slots that a person has moved; they have rows."""
    moved = Occurrence.moved_to.is_not(None)
    rows = await session.execute(
        select(Occurrence.series_id, Occurrence.slot).where(moved)
    )
    return [_key(series_id, slot) for series_id, slot in rows]


async def _stored(
    session: AsyncSession, first: datetime, last: datetime, only: Series | None
) -> Iterable[CalendarEntry]:
    """Return the slots that have rows, with the state of their campaigns.

    A draft that was opened for a slot, and is not sent at another time, fills it.
    """
    wanted = [Occurrence.due_at >= first, Occurrence.due_at < last]
    if only is not None:
        wanted.append(Occurrence.series_id == only.id)
    filling = func.coalesce(Occurrence.campaign_id, Occurrence.draft_id)
    fills = Occurrence.campaign_id.is_not(None) | Campaign.state.in_(_BEFORE_TIME)
    rows = await session.execute(
        select(Occurrence, Series, Campaign)
        .join(Series, Series.id == Occurrence.series_id)
        .outerjoin(Campaign, (Campaign.id == filling) & fills)
        .where(*wanted)
        .limit(MANY)
    )
    return [
        _of_row(occurrence, series, None if occurrence.outcome == SKIPPED else campaign)
        for occurrence, series, campaign in _pairs(rows)
    ]


def _of_row(
    occurrence: Occurrence, series: Series, campaign: Campaign | None
) -> CalendarEntry:
    return CalendarEntry(
        key=_key(series.id, occurrence.slot),
        at=occurrence.due_at,
        zone=series.zone,
        name=series.name,
        campaign=None if campaign is None else campaign.id,
        state=(occurrence.outcome or "") if campaign is None else campaign.state,
        waits=_waits(occurrence, campaign),
        whom=_whom(series, campaign),
        changed_at=series.created_at if campaign is None else campaign.updated_at,
        series=series.id,
        slot=occurrence.slot,
        turns=_turns(series, leads.local_of(occurrence)),
    )


def _pairs(
    rows: Iterable[Row[Occurrence, Series, Campaign]],
) -> Iterator[tuple[Occurrence, Series, Campaign | None]]:
    """Yield rows of an outer join, whose last column may be None."""
    yield from rows


def _waits(occurrence: Occurrence, campaign: Campaign | None) -> str:
    if occurrence.outcome is not None and campaign is None:
        return ""
    return WAITS[CampaignState(campaign.state)] if campaign else NO_CAMPAIGN


def _whom(series: Series, campaign: Campaign | None) -> str:
    """Return the users for whom a slot waits, as far as its series names them."""
    if campaign is None:
        return series.owner or ""
    if campaign.state == CampaignState.DRAFT:
        return campaign.author
    return series.approvers or "" if campaign.state == CampaignState.IN_REVIEW else ""


async def _single(
    session: AsyncSession, first: datetime, last: datetime, zone: str
) -> Iterable[CalendarEntry]:
    """Return the campaigns that have a time of their own, or left without one."""
    at = func.coalesce(Campaign.at, Campaign.released_at)
    in_slot = select(Occurrence.campaign_id).where(Occurrence.campaign_id.is_not(None))
    rows = await session.scalars(
        select(Campaign)
        .where(at >= first, at < last, Campaign.id.not_in(in_slot))
        .limit(MANY)
    )
    return [
        CalendarEntry(
            key=f"campaign-{campaign.id}",
            at=campaign.at or campaign.released_at or first,
            zone=zone,
            name=campaign.name,
            campaign=campaign.id,
            state=campaign.state,
            waits=WAITS[CampaignState(campaign.state)],
            whom=campaign.author if campaign.state == CampaignState.DRAFT else "",
            changed_at=campaign.updated_at,
        )
        for campaign in rows
    ]


def _key(series_id: int, slot: str) -> str:
    return f"series-{series_id}-{slot}"
