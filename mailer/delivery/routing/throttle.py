"""Limits of relays and recipient domains, shared by all workers.

The buckets are rows. A worker asks once for a whole batch: it locks the rows it needs,
always in the same order, takes what there is and books the rest. So all workers
together never exceed a limit, on either store. Without limits there is no query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from audiences.store.dialects import insert
from mailer.delivery.routing import limits, warming
from mailer.delivery.routing.limits import BucketLevel, Given, Limit, Wanted
from mailer.delivery.routing.relays import DomainLimits
from mailer.outbox.models import Bucket
from mailer.settings.relays import DomainSettings, RelaySettings

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A number of messages of one relay to one recipient domain."""

    relay: str
    domain: str
    count: int


def relay_limits(name: str, relay: RelaySettings, *, now: datetime) -> list[Limit]:
    """Return the limits in the settings of a relay at an instant."""
    made = []
    today = warming.allowed(relay.warm_up, now=now)
    if today is not None and relay.warm_up is not None:
        day = warming.day_of(relay.warm_up, now=now)  # each day has its own count
        bucket = f"relay {name} warm-up day {day}"
        made.append(limits.within(bucket, today, seconds=DAY, shares=24))
    if relay.per_second:
        made.append(limits.per_second(f"relay {name} second", relay.per_second))
    if relay.per_hour:
        hour = limits.within(
            f"relay {name} hour", relay.per_hour, seconds=HOUR, shares=60
        )
        made.append(hour)
    return made


def is_limited(relay: RelaySettings) -> bool:
    """Whether a relay has limits at any time."""
    return bool(relay.per_second or relay.per_hour or relay.warm_up)


def domain_limits(domain: str, settings: DomainSettings) -> list[Limit]:
    """Return the limits of a recipient domain."""
    if not settings.per_minute:
        return []
    return [
        limits.within(
            f"domain {domain} minute", settings.per_minute, seconds=MINUTE, shares=6
        )
    ]


def in_words(
    relay: RelaySettings, domain: str, settings: DomainSettings, *, now: datetime
) -> str:
    """Return the limits of a message to a domain as text, such as “5 a second”."""
    limits_in_words = (
        (relay.per_second, "a second"),
        (relay.per_hour, "an hour"),
        (settings.per_minute, f"a minute to {domain}"),
    )
    warm_up = warming.in_words(relay.warm_up, now=now)
    shown = [f"{count:,g} {words}" for count, words in limits_in_words if count]
    return ", ".join([*shown, *filter(None, [warm_up])])


async def take(
    session: AsyncSession,
    asks: Sequence[Ask],
    *,
    relays: Mapping[str, RelaySettings],
    domains: DomainLimits,
    now: datetime,
) -> list[Given]:
    """Return for each ask how many messages may go now, and when the others may."""
    wanted = [
        Wanted(
            count=ask.count,
            limits=(
                *relay_limits(ask.relay, relays[ask.relay], now=now),
                *domain_limits(ask.domain, domains.of(ask.domain)),
            ),
        )
        for ask in asks
    ]
    needed = {limit.name: limit for each in wanted for limit in each.limits}
    levels = await _locked(session, needed, now) if needed else {}
    given, remaining = limits.take(wanted, levels, now=now)
    if needed:
        await _store(session, remaining)
    return [
        _until_tomorrow(each, now=now) if relays[ask.relay].warm_up else each
        for ask, each in zip(asks, given, strict=True)
    ]


def _until_tomorrow(given: Given, *, now: datetime) -> Given:
    """Return what was given, where a message asks again when the warm-up has grown."""
    latest = warming.next_day(now)
    return replace(given, later=tuple(min(each, latest) for each in given.later))


async def _locked(
    session: AsyncSession, needed: dict[str, Limit], now: datetime
) -> dict[str, BucketLevel]:
    """Lock the buckets in the order of their names, and make missing ones.

    An update that leaves the value as it is locks the row and returns it, in one
    statement.
    """
    fresh = {name: limits.full(needed[name], now=now) for name in sorted(needed)}
    put = insert(session, Bucket).values(_rows(fresh))
    rows = await session.execute(
        put.on_conflict_do_update(
            index_elements=[Bucket.name], set_={"level": Bucket.level}
        ).returning(Bucket.name, Bucket.level, Bucket.at, Bucket.booked_to)
    )
    return {
        name: BucketLevel(level=level, at=at, booked_to=booked_to)
        for name, level, at, booked_to in rows
    }


async def _store(session: AsyncSession, levels: dict[str, BucketLevel]) -> None:
    put = insert(session, Bucket).values(_rows(levels))
    new = put.excluded
    await session.execute(
        put.on_conflict_do_update(
            index_elements=[Bucket.name],
            set_={"level": new.level, "at": new.at, "booked_to": new.booked_to},
        )
    )


def _rows(levels: dict[str, BucketLevel]) -> list[dict[str, Any]]:
    return [
        {"name": name, "level": each.level, "at": each.at, "booked_to": each.booked_to}
        for name, each in levels.items()
    ]


async def delete_unused(session: AsyncSession, *, now: datetime) -> None:
    """Delete buckets not used for a day: they are full again."""
    old = now - timedelta(days=1)
    await session.execute(
        delete(Bucket)
        .where(Bucket.at < old, Bucket.booked_to < old)
        .execution_options(synchronize_session=False)
    )
