"""Looks up IANA time zones by name."""

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from scheduler.errors import ScheduleError

_REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/"),
    *("Australia/", "Europe/", "Indian/", "Pacific/"),
)
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


def of_city(name: str) -> str | None:
    """Return the zone that is called after a city, such as Europe/Paris; None: none."""
    return _cities().get(name.casefold().replace(" ", "_"))


@cache
def _cities() -> dict[str, str]:
    """Return zones by the last part of their names; a shorter name wins."""
    regional = [each for each in available_timezones() if each.startswith(_REGIONS)]
    regional.sort(key=lambda each: (-each.count("/"), each))
    return {each.rpartition("/")[2].casefold(): each for each in regional}
