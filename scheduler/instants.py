"""Instants of local times, in any zone of the tz database. Pure functions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of a naive local time in a zone.

    A repeated time gives the first instant; a skipped time gives the moment at which
    the clocks change, found by bisection, to the second.
    """
    early = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == local:
        return early
    late = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    before, after = sorted([early, late])
    offset_before = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset_before:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def is_skipped(local: datetime, zone: ZoneInfo) -> bool:
    """Return whether the clocks of a zone skip a naive local time."""
    shown = instant_of(local, zone).astimezone(zone).replace(tzinfo=None)
    return shown != local
