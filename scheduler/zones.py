"""Time zones by their names."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduler.errors import ScheduleError

_SHOWN = 60  # characters of what is no name


def named(name: str) -> ZoneInfo:
    """Return the zone of a name such as Europe/Paris; refuse what names none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(
            f"{name[:_SHOWN]!r} is not a time zone such as Europe/Paris"
        ) from None
