"""Skips, moves and adds one date of a series; its other dates stay as they are."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from audiences.store.dialects import insert
from mailer.calendar import leads, notices, placing, renewing
from mailer.campaigns import lookup
from mailer.campaigns.campaign_states import CampaignState
from mailer.campaigns.models import Occurrence, Series
from mailer.errors import RefusedError
from mailer.users import guard
from mailer.users.acts import Right
from scheduler import slots, zones
from scheduler.instants import instant_of
from scheduler.office import Office

SKIPPED = "skipped"
_EMPTY = (SKIPPED, placing.DROPPED)  # dates that count no more
_DAY = len("2027-05-04")


async def skip(
    session: AsyncSession, series: Series, day: str, author: Author, *, office: Office
) -> Occurrence:
    """Skip one date of a series: nothing goes then; a draft for it stays a draft.

    `day` is a local day, or a day with its hour. Raises RefusedError if the series has
    no such date to come, or if a campaign is scheduled then.
    """
    await _lock(session, series, author)
    occurrence = await _coming(session, series, day, office, author.at)
    occurrence.outcome, occurrence.campaign_id = SKIPPED, None
    occurrence.attend_at = None
    _record(session, series, "skipped", author, occurrence.slot, None)
    await session.flush()
    return occurrence


async def move(
    session: AsyncSession,
    series: Series,
    day: str,
    to: str,
    author: Author,
    *,
    office: Office,
) -> Occurrence:
    """Move one date of a series to another local time; a day alone keeps the hour.

    Its owner is warned again for the new date. Raises RefusedError as `skip` does, if
    the new time has passed, or if the series has a date then.
    """
    await _lock(session, series, author)
    occurrence = await _coming(session, series, day, office, author.at)
    before = leads.local_of(occurrence)
    local = _local(to)
    if len(to.strip()) == _DAY:
        local = datetime.combine(local, before.time())
    await _place(session, series, occurrence, local, author.at)
    await notices.forget_warnings(session, occurrence)
    written = renewing.name_of(before)
    _record(session, series, "moved", author, written, occurrence.moved_to)
    await session.flush()
    return occurrence


async def add(
    session: AsyncSession, series: Series, at: str, author: Author
) -> Occurrence:
    """Add one date, a local day with its hour, to a series; a skipped one returns.

    Raises RefusedError if it has passed, or if the series has a date then.
    """
    await _lock(session, series, author)
    local = _local(at)
    name = renewing.name_of(local)
    occurrence = await _named(session, series, name)
    if occurrence is None:
        occurrence = Occurrence(series_id=series.id, slot=name)
    elif occurrence.outcome not in _EMPTY:
        raise _taken(series, local)
    occurrence.outcome = None
    await _place(session, series, occurrence, local, author.at)
    session.add(occurrence)
    _record(session, series, "added", author, None, name)
    await session.flush()
    return occurrence


async def _lock(session: AsyncSession, series: Series, author: Author) -> None:
    """Lock a series; raise RefusedError unless its author may change it."""
    await guard.require(session, author.by, Right.SERIES)
    await session.refresh(series, with_for_update=True)


async def _place(
    session: AsyncSession,
    series: Series,
    occurrence: Occurrence,
    local: datetime,
    now: datetime,
) -> None:
    """Give a slot its local time; raise RefusedError if that is taken or has passed."""
    instant = instant_of(local, zones.named(series.zone))
    if instant <= now:
        raise RefusedError(
            f"{local:%Y-%m-%d %H:%M} {series.zone} has passed; name a later time"
        )
    other = await session.scalar(
        select(Occurrence.id).where(
            Occurrence.series_id == series.id,
            Occurrence.due_at == instant,
            Occurrence.id.is_distinct_from(occurrence.id),
            func.coalesce(Occurrence.outcome, "").not_in(_EMPTY),
        )
    )
    if other is not None:
        raise _taken(series, local)
    occurrence.moved_to, occurrence.due_at = renewing.name_of(local), instant
    occurrence.attend_at = leads.after_move(series, occurrence, now)


def _taken(series: Series, local: datetime) -> RefusedError:
    return RefusedError(f"{series.name} has a date on {local:%Y-%m-%d %H:%M} already")


async def _coming(
    session: AsyncSession, series: Series, day: str, office: Office, now: datetime
) -> Occurrence:
    """Return the slot of a series at a local time, locked; make it if it has no row."""
    local = _local(day)
    wanted = day.strip().replace(" ", "T")[: len("2027-05-04T10:00")]
    if not series.follows_letters:
        await _make(session, series, local.year, wanted, office, now)
    own = func.coalesce(Occurrence.moved_to, Occurrence.slot)
    found = await session.scalars(
        select(Occurrence)
        .where(
            Occurrence.series_id == series.id,
            own.startswith(wanted),
            Occurrence.outcome.is_(None),
            Occurrence.due_at > now,
        )
        .order_by(Occurrence.due_at)
        .limit(1)
        .with_for_update()
    )
    occurrence = found.first()
    if occurrence is None:
        raise RefusedError(
            f"{series.name} has no date to come on {wanted.replace('T', ' ')}",
            code="series.no_date",
            series=series.name,
        )
    await _require_free(session, series, occurrence)
    return occurrence


async def _make(
    session: AsyncSession,
    series: Series,
    year: int,
    wanted: str,
    office: Office,
    now: datetime,
) -> None:
    """Make the slots of a year to come whose names begin so, if they have no rows."""
    cadence, event = renewing.cadence_of(series), series.event_day
    for slot, _ in slots.slots_in(cadence, year, office=office, event=event):
        name = renewing.name_of(slot.local)
        if name.startswith(wanted) and slot.instant > now:
            row = {"series_id": series.id, "slot": name, "due_at": slot.instant}
            row["attend_at"] = leads.first(series, slot.local)
            await session.execute(
                insert(session, Occurrence).values(row).on_conflict_do_nothing()
            )


async def _require_free(
    session: AsyncSession, series: Series, occurrence: Occurrence
) -> None:
    """Raise RefusedError if a campaign is scheduled in a slot."""
    if occurrence.campaign_id is None:
        return
    campaign = await lookup.get(session, occurrence.campaign_id)
    if campaign.state == CampaignState.SCHEDULED:
        raise RefusedError(
            f"{campaign.name} is scheduled on this date of {series.name}, and was"
            " approved for it; take its time away first",
            code="series.scheduled",
            campaign=campaign.id,
        )


async def _named(session: AsyncSession, series: Series, name: str) -> Occurrence | None:
    found: Occurrence | None = await session.scalar(
        select(Occurrence)
        .where(Occurrence.series_id == series.id, Occurrence.slot == name)
        .with_for_update()
    )
    return found


def _local(text: str) -> datetime:
    """Read a local day, or a day with its hour; raise RefusedError if it is none."""
    with suppress(ValueError):
        local = datetime.fromisoformat(text.strip())
        if local.tzinfo is None:
            return local.replace(second=0, microsecond=0)
    raise RefusedError(
        f"{text[:40]!r} is not a date of a series; expected its local day, such as"
        " 2027-05-04, or 2027-05-04T10:00"
    )


def _record(
    session: AsyncSession,
    series: Series,
    act: str,
    author: Author,
    before: str | None,
    after: str | None,
) -> None:
    detail = {"date": [before, after]}
    data_changes.record(session, DataKind.SERIES, series.name, act, author, detail)
