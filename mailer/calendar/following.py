"""Makes the dates that follow letters, and moves them when an event moves.

The release notes the letter for its series in its own transaction; the next tick makes
the dates here. A later letter about the same event that names other days moves them.
"""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.calendar import placing, renewing
from mailer.campaigns import lookup
from mailer.campaigns.models import Campaign, Occurrence, Series
from mailer.campaigns.slot_models import FollowedLetter
from mailer.errors import MailerError, NotFoundError, RefusedError
from mailer.outbox.waves import followers
from scheduler import slots
from scheduler.cadences import Cadence, Slot
from scheduler.errors import ScheduleError
from scheduler.office import Office

MANY = 200  # letters that one tick looks at
RELEASE = "release"  # the word of a cadence that counts from the letter itself
log = structlog.get_logger()


async def find(
    session: AsyncSession, text: str, *, name: str, cadence: Cadence
) -> Campaign | Series:
    """Return the letter, or the series of letters, that a new series follows.

    `text` is the number of a campaign or the name of a series. Raises NotFoundError if
    there is none, RefusedError if `name` would follow itself, or its cadence counts
    from nothing.
    """
    if not cadence.days.event:
        raise RefusedError(
            f"{name} follows letters, so that its cadence counts from their release or"
            " event; expected words such as: 10 working days after the release"
        )
    text = text.strip()
    if text.isdecimal():
        return await lookup.get(session, int(text))
    found: Series | None = await session.scalar(
        select(Series).where(Series.name == text)
    )
    if found is None:
        raise NotFoundError(
            f"no series is called {text[:60]!r}; expected its name, or the number of a"
            " campaign",
            code="series.unknown",
        )
    seen, each = {name}, found
    while each.name not in seen:
        seen.add(each.name)
        wanted = select(Series).where(Series.name == each.follows_series)
        following = await session.scalar(wanted)
        if following is None:
            return found
        each = following
    raise RefusedError(f"{name} would follow itself, by way of {text}")


def attach(series: Series, followed: Campaign | Series | None) -> None:
    """Say of a series which letters it follows; None: none."""
    series.follows = followed.id if isinstance(followed, Campaign) else None
    series.follows_series = followed.name if isinstance(followed, Series) else None


async def leave(session: AsyncSession, series: Series) -> None:
    """Let a series follow none of its letters any more; dates with a draft stay."""
    await session.execute(
        delete(Occurrence).where(
            Occurrence.series_id == series.id,
            Occurrence.follows.is_not(None),
            Occurrence.outcome.is_(None),
            Occurrence.campaign_id.is_(None),
        )
    )
    await session.execute(
        delete(FollowedLetter).where(FollowedLetter.series_id == series.id)
    )


def named_by(series: Series) -> str:
    """Return the letters that a series follows, as people write them; "" for none."""
    return series.follows_series or (str(series.follows) if series.follows else "")


async def begin(
    session: AsyncSession, series: Series, *, office: Office, now: datetime
) -> None:
    """Make the dates that follow letters which a series follows now."""
    if series.follows is not None:
        campaign = await lookup.get(session, series.follows)
        if campaign.released_at is not None:
            await followers.add(session, [series.id], campaign)
    letters = await session.scalars(
        select(FollowedLetter).where(FollowedLetter.series_id == series.id)
    )
    for letter in letters.all():
        await _settle(session, series, letter, office=office, now=now, moves=False)


async def settle(
    session: AsyncSession, *, office: Office, now: datetime, every: bool
) -> None:
    """Make or move the dates of letters that were released or changed an event.

    With `every`, look at all that have dates to come: holidays or a zone may differ.
    """
    is_open: ColumnElement[bool] = FollowedLetter.settled_at.is_(None)
    if every:
        is_open |= exists().where(
            Occurrence.follows == FollowedLetter.campaign_id,
            Occurrence.series_id == FollowedLetter.series_id,
            Occurrence.outcome.is_(None),
        )
    rows = await session.execute(
        select(FollowedLetter, Series)
        .join(Series, Series.id == FollowedLetter.series_id)
        .where(is_open)
        .order_by(FollowedLetter.campaign_id)
        .limit(None if every else MANY)
        .with_for_update(of=FollowedLetter, skip_locked=True)
    )
    for letter, series in rows.all():
        moves, name = letter.settled_at is None, series.name
        try:
            async with session.begin_nested():
                await _settle(
                    *(session, series, letter), office=office, now=now, moves=moves
                )
        except (ScheduleError, MailerError) as fault:  # the others go on
            letter.settled_at, letter.fault = now, str(fault)
            log.warning("series.unreadable", series=name, reason=str(fault))


async def _settle(
    session: AsyncSession,
    series: Series,
    letter: FollowedLetter,
    *,
    office: Office,
    now: datetime,
    moves: bool,
) -> None:
    """Make the dates that follow one letter; `moves` if its event may have moved."""
    source = await lookup.get(session, letter.source_id)
    campaign = await lookup.get(session, letter.campaign_id)
    cadence = renewing.cadence_of(series)
    letter.settled_at, letter.fault = now, None
    days = _days(cadence, campaign, source)
    if days is None:
        letter.fault = (
            f"campaign {campaign.id} has no event, from which {series.name} counts"
        )
        log.warning("letter.not_followed", series=series.name, campaign=campaign.id)
        return
    rows = await session.scalars(
        select(Occurrence).where(
            Occurrence.series_id == series.id, Occurrence.follows == campaign.id
        )
    )
    known = {each.step: each for each in rows if each.step is not None}
    wanted: Sequence[Slot | None] = []
    if source.event is None or source.event["status"] != "cancelled":
        wanted = slots.from_event(cadence, *days, office=office)
    await placing.place(session, series, known, wanted, now)
    await placing.make(session, series, campaign, known, wanted, now)
    if moves:
        await placing.tell_of_gone(session, series, known, wanted, now)


def _days(
    cadence: Cadence, campaign: Campaign, source: Campaign
) -> tuple[date, date] | None:
    """Return the first and last day that a cadence counts from; None: no event."""
    if cadence.days.event == RELEASE:
        if campaign.released_at is None:
            return None
        day = campaign.released_at.astimezone(ZoneInfo(cadence.zone)).date()
        return day, day
    if source.event is None:
        return None
    first, last = (
        datetime.fromisoformat(source.event[key]).date() for key in ("start", "end")
    )
    return first, last
