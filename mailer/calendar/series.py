"""Series: recurring mailings, with their cadences and slots."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import writing
from audiences.upkeep import data_changes
from audiences.upkeep.changes import Author
from audiences.upkeep.data_changes import DataKind
from mailer.calendar import following, placing, renewing
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.errors import NotFoundError, RefusedError
from mailer.users import guard
from mailer.users.acts import Right
from scheduler import slots, stored, words
from scheduler.cadences import Cadence
from scheduler.office import ALWAYS_SAME, Office
from scheduler.words import Understood

SHOWN = 30  # dates of one series


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
    understood = words.understand(cadence, zone=zone, usual=usual)
    await _refuse_known(session, name, cadence)
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


async def _refuse_known(session: AsyncSession, name: str, cadence: str) -> None:
    if await session.scalar(select(Series.id).where(Series.name == name)):
        raise RefusedError(
            f"there is a series called {name} already; {cadence!r} was not stored"
        )


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
    former, day = _counted(series), _event_day(understood, event, follows)
    before = _said(series)
    if follows != following.named_by(series):
        await following.leave(session, series)
    following.attach(series, followed)
    series.cadence, series.zone = cadence, understood.cadence.zone
    series.rule, series.event_day = stored.dump(understood.cadence), day
    pairs = {key: [before[key], value] for key, value in _said(series).items()}
    detail = {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}
    data_changes.record(session, DataKind.SERIES, name, "edited", author, detail)
    went = await _move_event(session, series, former, office=office, now=now)
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


def _counted(series: Series) -> tuple[Cadence, date] | None:
    """Return the cadence of a series and the day it counts from; None: it has none."""
    day = series.event_day
    return None if day is None else (renewing.cadence_of(series), day)


async def _move_event(
    session: AsyncSession,
    series: Series,
    former: tuple[Cadence, date] | None,
    *,
    office: Office,
    now: datetime,
) -> list[Occurrence]:
    """Move the dates of a series with its event; return those whose letters went.

    Nothing moves where the cadence is another, or the event was over.
    """
    present = _counted(series)
    if former is None or present is None or former == present:
        return []
    if former[0] != present[0] or former[1] < now.date():
        return []
    before, after = (
        slots.from_event(cadence, day, day, office=office)
        for cadence, day in (former, present)
    )
    names = [None if each is None else renewing.name_of(each.local) for each in before]
    rows = await session.scalars(
        select(Occurrence).where(
            Occurrence.series_id == series.id,
            Occurrence.slot.in_([each for each in names if each]),
        )
    )
    known = {names.index(each.slot): each for each in rows}
    await placing.place(session, series, known, after, now)
    await placing.tell_of_gone(session, series, known, after, now)
    return [each for each in known.values() if each.outcome == "released"]


async def named(session: AsyncSession, name: str) -> Series:
    """Return a series by its name; raise NotFoundError if there is none."""
    series: Series | None = await session.scalar(
        select(Series).where(Series.name == name)
    )
    if series is None:
        raise NotFoundError(f"no series is called {name!r}", code="series.unknown")
    return series


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
