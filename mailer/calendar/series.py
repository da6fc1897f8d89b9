"""Series: recurring mailings, with their cadences and slots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.characters import has_control
from audiences.record import data_changes, writing
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from mailer.calendar import following, placing, renewing
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.errors import NotFoundError, RefusedError
from mailer.users import guard
from mailer.users.acts import Right
from scheduler import slots, stored, words
from scheduler.office import ALWAYS_SAME, Office
from scheduler.words import Understood

SHOWN = 30  # dates of one series
LONGEST_NAME = 60  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class CadenceChange:
    """What became of a change of a cadence or its event."""

    understood: Understood
    kept: Sequence[Occurrence]  # with a campaign, and no dates of the cadence any more
    went: Sequence[Occurrence]  # whose letters were sent before the event moved


async def listed(session: AsyncSession) -> Sequence[tuple[Series, Occurrence | None]]:
    """Return every series with each of its slots; a series without slots with None."""
    rows = await session.execute(
        select(Series, Occurrence)
        .outerjoin(Occurrence, Occurrence.series_id == Series.id)
        .order_by(Series.name, Occurrence.due_at)
    )
    return [(series, occurrence) for series, occurrence in rows]


async def with_next(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[Series, datetime | None]]:
    """Return every series by name, with the instant of its next open slot."""
    coming = Occurrence.outcome.is_(None) & (Occurrence.due_at > now)
    rows = await session.execute(
        select(Series, func.min(Occurrence.due_at))
        .outerjoin(Occurrence, (Occurrence.series_id == Series.id) & coming)
        .group_by(Series.id)
        .order_by(Series.name)
    )
    return [(series, instant) for series, instant in rows]


async def add(
    session: AsyncSession,
    name: str,
    cadence: str,
    *,
    zone: str,
    by: str,
    now: datetime,
    office: Office = ALWAYS_SAME,
    usual: time = words.USUAL_TIME,
    event: date | None = None,
    follows: str = "",
) -> tuple[Series, Understood]:
    """Store a series and its first slots; return it, and how its cadence is understood.

    `event` is the day it counts from; with `follows`, letters give it. One of every
    other week counts from its first date. Raises ScheduleError for a cadence without a
    date, RefusedError for a known name or without the right.
    """
    await guard.require(session, by, Right.SERIES)
    name = await _new_name(session, name, cadence)
    understood = words.understand(cadence, zone=zone, usual=usual)
    if not (followed := await _followed(session, follows, name, understood)):
        understood = _begun(understood, now, office, event)
    series = Series(
        name=name,
        cadence=cadence,
        zone=understood.cadence.zone,
        rule=stored.dump(understood.cadence),
        event_day=_event_day(understood, event, follows),
        created_at=now,
    )
    following.attach(series, followed)
    session.add(series)
    await session.flush()
    await renewing.open_slots(session, series, office=office, now=now)
    await following.begin(session, series, office=office, now=now)
    about = f"series {name}"
    writing.note(session, "added", about, by=by, at=now, detail=_said(series))
    return series, understood


async def _followed(
    session: AsyncSession, follows: str, name: str, understood: Understood
) -> Campaign | Series | None:
    """Return the letter or the series that a series of a name follows; None: none."""
    if not follows:
        return None
    cadence = understood.cadence
    return await following.find(session, follows, name=name, cadence=cadence)


def _event_day(understood: Understood, event: date | None, follows: str) -> date | None:
    """Return the day from which a cadence counts; None: letters give it, or none."""
    return event if understood.cadence.days.event and not follows else None


async def _new_name(session: AsyncSession, name: str, cadence: str) -> str:
    """Return the name of a new series; raise RefusedError if it cannot be one."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or has_control(name):
        raise RefusedError(
            f"a series has a name of 1 to {LONGEST_NAME} characters; found"
            f" {name[:LONGEST_NAME]!r}, of {len(name)}"
        )
    if await session.scalar(select(Series.id).where(Series.name == name)):
        raise RefusedError(
            f"there is a series called {name} already; {cadence!r} was not stored"
        )
    return name


def _begun(
    understood: Understood, now: datetime, office: Office, event: date | None
) -> Understood:
    """Let a cadence of every other week count from its first date.

    Raises ScheduleError if the cadence has no date to come.
    """
    cadence = understood.cadence
    first = next(slots.slots_after(cadence, now, office=office, event=event))
    days = cadence.days
    counts = days.recurrence is not None and days.recurrence.weeks > 1
    if not counts or days.starts is not None:
        return understood
    days = replace(days, starts=first.local.date())
    return replace(understood, cadence=replace(cadence, days=days))


async def change_cadence(
    session: AsyncSession,
    series: Series,
    cadence: str,
    author: Author,
    *,
    zone: str,
    office: Office,
    usual: time,
    event: date | None,
    follows: str = "",
) -> CadenceChange:
    """Give a series another cadence, or an event that moved; return what follows.

    Its coming dates are computed again. A date that has a campaign or was moved by a
    person stays; where only the event moves, its dates move with it. Raises
    ScheduleError if the cadence cannot be read or has no date.
    """
    await guard.require(session, author.by, Right.SERIES)
    now, name = author.at, series.name
    understood = words.understand(cadence, zone=zone, usual=usual)
    followed = await _followed(session, follows, name, understood)
    if followed is None:
        understood = _begun(understood, now, office, event)
    former, day = placing.counted(series), _event_day(understood, event, follows)
    before = _said(series)
    if follows != following.named_by(series):
        await following.leave(session, series)
    following.attach(series, followed)
    series.cadence, series.zone = cadence, understood.cadence.zone
    series.rule, series.event_day = stored.dump(understood.cadence), day
    pairs = {key: [before[key], value] for key, value in _said(series).items()}
    detail = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    data_changes.record(session, DataKind.SERIES, name, "edited", author, detail)
    went = await placing.move_event(session, series, former, office=office, now=now)
    kept = await _renewed(session, series, office=office, now=now)
    return CadenceChange(understood=understood, kept=kept, went=went)


def _said(series: Series) -> dict[str, str]:
    """Return what the history shows of when a series recurs."""
    return {
        "cadence": series.cadence,
        "zone": series.zone,
        "event": str(series.event_day or ""),
        "follows": following.named_by(series),
    }


async def _renewed(
    session: AsyncSession, series: Series, *, office: Office, now: datetime
) -> list[Occurrence]:
    """Make the dates of a series as it is now; return those it keeps by exception."""
    off = []
    if not series.follows_letters:
        off = await renewing.recompute(session, series, office=office, now=now)
    await renewing.open_slots(session, series, office=office, now=now)
    await following.begin(session, series, office=office, now=now)
    return [each for each in off if each.campaign_id is not None]


async def named(session: AsyncSession, name: str) -> Series:
    """Return a series by its name; raise NotFoundError if there is none."""
    series: Series | None = await session.scalar(
        select(Series).where(Series.name == name)
    )
    if series is None:
        raise NotFoundError(f"no series is called {name!r}", code="series.unknown")
    return series


async def numbered(session: AsyncSession, number: int) -> Series:
    """Return a series by its number; raise NotFoundError if there is none."""
    series: Series | None = (
        await session.get(Series, number) if number < 2**31 else None
    )
    if series is None:
        raise NotFoundError(f"no series has the number {number}", code="series.unknown")
    return series


async def slot_at(
    session: AsyncSession, series: Series, local: str
) -> Occurrence | None:
    """Return the slot of a series at a local time, such as 2027-05-04T10:00."""
    own = func.coalesce(Occurrence.moved_to, Occurrence.slot)
    found: Occurrence | None = await session.scalar(
        select(Occurrence)
        .where(Occurrence.series_id == series.id, own == local)
        .order_by(Occurrence.id.desc())
        .limit(1)
    )
    return found


async def slots_of(session: AsyncSession, series: Series) -> Sequence[Occurrence]:
    """Return the last and the coming dates of a series, in order."""
    rows = await session.scalars(
        select(Occurrence)
        .where(Occurrence.series_id == series.id)
        .order_by(Occurrence.due_at.desc())
        .limit(SHOWN)
    )
    return rows.all()[::-1]


async def slots_after(
    session: AsyncSession, series: Series, after: datetime, *, count: int
) -> Sequence[datetime]:
    """Return the instants of the dates that a series has after an instant."""
    rows = await session.scalars(
        select(Occurrence.due_at)
        .where(
            Occurrence.series_id == series.id,
            Occurrence.due_at > after,
            Occurrence.outcome.is_(None),
        )
        .order_by(Occurrence.due_at)
        .limit(count)
    )
    return rows.all()


async def leave_slots(session: AsyncSession, campaign_id: int) -> None:
    """Free the slots that wait for a campaign."""
    await session.execute(
        update(Occurrence)
        .where(Occurrence.campaign_id == campaign_id)
        .values(campaign_id=None)
    )
