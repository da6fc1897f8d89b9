"""How many messages a day a relay takes while our domain is new to providers.

Pure; `now` is an argument. The number grows from day to day, in days of UTC, until the
warm-up is over.
"""

from datetime import UTC, datetime, time, timedelta

from mailer.settings.relays import WarmUpSettings


def allowed(warm_up: WarmUpSettings | None, *, now: datetime) -> int | None:
    """Return the number of messages of today; None if there is no limit."""
    if warm_up is None:
        return None
    day = day_of(warm_up, now=now)
    if day >= warm_up.days:
        return None
    return int(warm_up.per_day * warm_up.growth**day)


def day_of(warm_up: WarmUpSettings, *, now: datetime) -> int:
    """Return the number of days since the first; 0 before it."""
    return max(0, (now.astimezone(UTC).date() - warm_up.begins).days)


def next_day(now: datetime) -> datetime:
    """Return the instant at which the next day begins, and with it a larger number."""
    tomorrow = now.astimezone(UTC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), UTC)


def in_words(warm_up: WarmUpSettings | None, *, now: datetime) -> str:
    """Return what the warm-up does today; empty if it does nothing."""
    count = allowed(warm_up, now=now)
    if warm_up is None or count is None:
        return ""
    day = day_of(warm_up, now=now) + 1
    return f"{count:,} today, day {day} of {warm_up.days} of its warm-up"
