"""Looks up IANA time zones by name."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduler.errors import ScheduleError

_SHOWN = 60  # characters of an unknown name in the error


def named(name: str) -> ZoneInfo:
    """Return the time zone of a name such as Europe/Paris.

    Raises ScheduleError when no zone has this name.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(
            f"{name[:_SHOWN]!r} is not a time zone such as Europe/Paris"
        ) from None
