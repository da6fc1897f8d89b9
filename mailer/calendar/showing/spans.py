"""The instants between which a calendar shows entries. Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def year(number: int, zone: str) -> tuple[datetime, datetime]:
    """Return the instants at which a year begins and ends in a zone."""
    begin, end = (
        datetime.combine(date(each, 1, 1), datetime.min.time(), ZoneInfo(zone))
        for each in (number, number + 1)
    )
    return begin, end


def around(now: datetime) -> tuple[datetime, datetime]:
    """Return the instants between which a feed shows entries."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=31), day + timedelta(days=400)
