"""Writes the days and hours of a block in the campaign's zone and in the reader's.

The campaign's zone is named by its city. The reader's time follows if it differs, with
its date if that differs too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.timing.occasions import Occasion
from mailer.rendering.timing.spans import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The campaign's zone, and the reader's UTC offsets (+0900) at the times of items.

    The keys of `offsets` are instants in UTC, such as 2027-05-03T13:00.
    """

    zone: str = "UTC"
    offsets: Mapping[str, str] = field(default_factory=dict)

    def here(self, local: datetime) -> datetime | None:
        """Return a local time of the campaign in the reader's zone; None if unknown."""
        there = local.replace(tzinfo=ZoneInfo(self.zone))
        offset = self.offsets.get(f"{there.astimezone(UTC):%Y-%m-%dT%H:%M}")
        return None if offset is None else there.astimezone(timezone(_delta(offset)))


def written(when: Occasion, catalogue: Catalogue, clock: Clock) -> str:
    """Return days and hours in words: 3 May 2027 · 15:00 (Paris time)."""
    days = in_days(when, catalogue)
    if when.all_day:
        return f"{days} · {catalogue.text('all day')}"
    if when.span is None:
        return days
    there = catalogue.text(
        "%(time)s (%(city)s time)",
        time=of_span(when.span, catalogue),
        city=catalogue.city(clock.zone),
    )
    shown = dict.fromkeys(
        own_time(start.date(), when.span, catalogue, clock) for start in when.starts()
    )
    dated = len(shown) > 1  # the clocks change between the first and the last day
    here = [
        own_time(start.date(), when.span, catalogue, clock, dated=dated)
        for start in when.starts()
    ]
    return " · ".join(filter(None, [days, there, *(here if dated else here[:1])]))


def in_days(when: Occasion, catalogue: Catalogue) -> str:
    """Return a day with its weekday, or several days, in words."""
    if when.first == when.last:
        return catalogue.day(when.first, weekday=True)
    return catalogue.days(when.first, when.last)


def own_time(
    day: date, span: Span, catalogue: Catalogue, clock: Clock, *, dated: bool = False
) -> str:
    """Return a span that starts on a day in the reader's time: 22:00 your time.

    Returns an empty string where it does not differ from the campaign's. The date is
    in it if that differs, and if `dated`.
    """
    start = datetime.combine(day, span.start)
    here = clock.here(start)
    end = span.end_on(day)
    until = None if end is None else clock.here(end) or _moved(end, start, here)
    same = here is None or here.replace(tzinfo=None) == start
    same = same and (until is None or until.replace(tzinfo=None) == end)
    if here is None or (same and not dated):
        return ""
    hours = in_hours(here.time(), until.time() if until else None, catalogue)
    if here.date() == day and not dated:
        return catalogue.text("%(time)s your time", time=hours)
    return catalogue.text(
        "%(day)s, %(time)s your time", day=catalogue.day(here.date()), time=hours
    )


def _moved(end: datetime, start: datetime, here: datetime | None) -> datetime | None:
    """Return the end in the reader's zone if only the offset of the start is known."""
    if here is None:
        return None
    return end + (here.replace(tzinfo=None) - start)


def in_hours(start: time, end: time | None, catalogue: Catalogue) -> str:
    """Return an hour, or the hours from start to end, in words."""
    return catalogue.time(start) if end is None else catalogue.times(start, end)


def of_span(span: Span, catalogue: Catalogue) -> str:
    """Return a span in words; an end after midnight is said to be on the next day."""
    hours = in_hours(span.start, span.end, catalogue)
    if span.next_day and span.end != time(0):
        return catalogue.text("%(time)s (the next day)", time=hours)
    return hours


def _delta(offset: str) -> timedelta:
    sign = -1 if offset.startswith("-") else 1
    return sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))
