"""The event a campaign invites to: read from campaign.toml, counted in the store.

    [event]
    uid = "dialogue-session-2027"
    start = 2027-11-09T15:00:00
    end = 2027-11-09T16:30:00
    zone = "Europe/Paris"
    place = "UNESCO, Room XI, Paris"
    status = "confirmed"

An event keeps its UID through every letter about it; each change that is released
raises its SEQUENCE (RFC 5546 section 2.1.4). `status = "cancelled"` withdraws it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.characters import has_control
from mailer.campaigns.models import Campaign, Event
from mailer.composing.invitation import Invitation
from mailer.errors import ContentError, RefusedError
from mailer.rendering.checks import problem
from mailer.rendering.checks.problem import Problem
from scheduler import zones
from scheduler.errors import ScheduleError

_KEYS = ("uid", "start", "end", "zone", "place", "status")
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")
Fault = Callable[[str, str], ContentError]


def read(
    table: Mapping[str, Any], *, name: str, zone: str, fault: Fault
) -> dict[str, Any] | None:
    """Read [event] into what the store keeps; None where there is none."""
    if not table:
        return None
    for key in sorted(set(table) - set(_KEYS)):
        raise fault(key, f"event has no {key}; it has {', '.join(_KEYS)}")
    start, end = (_moment(table, key, fault) for key in ("start", "end"))
    if end <= start:
        raise fault("end", f"the event ends {end}, before it starts {start}")
    status = table.get("status", "confirmed")
    if status not in {"confirmed", "cancelled"}:
        raise fault("status", f"{status!r} is neither confirmed nor cancelled")
    uid = table.get("uid") or hashlib.sha256(name.encode()).hexdigest()[:24]
    if not isinstance(uid, str) or _UID.fullmatch(uid) is None:
        raise fault("uid", f"{uid!r} is not a name such as dialogue-session-2027")
    return {
        "uid": uid,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "zone": _zone(table.get("zone", zone), fault),
        "places": _places(table.get("place", ""), fault),
        "status": status,
    }


def _moment(table: Mapping[str, Any], key: str, fault: Fault) -> datetime:
    value = table.get(key)
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise fault(key, f"event.{key} is not an hour such as 2027-11-09T15:00:00")
    return value.replace(microsecond=0)


def _zone(value: Any, fault: Fault) -> str:
    try:
        return zones.named(str(value)).key
    except ScheduleError as unknown:
        raise fault("zone", str(unknown)) from None


def _places(value: Any, fault: Fault) -> dict[str, str]:
    """Return the place by language; "" is any."""
    places = value if isinstance(value, dict) else {"": value}
    for place in places.values():
        if not isinstance(place, str) or has_control(place):
            raise fault("place", "the place is not one line of text")
    return dict(places)


async def next_sequence(session: AsyncSession, campaign: Campaign) -> int:
    """Return the SEQUENCE the campaign's event has when released now."""
    if campaign.event is None:
        return 0
    known = await session.get(Event, campaign.event["uid"])
    if known is None:
        return 0
    same = known.digest == digest(campaign.event)
    return known.sequence if same else known.sequence + 1


async def announced(session: AsyncSession, campaign: Campaign) -> bool:
    """Whether a letter about the campaign's event has been released before."""
    event = campaign.event
    return event is not None and await session.get(Event, event["uid"]) is not None


def problems(
    event: Mapping[str, Any] | None, *, known: bool, now: datetime
) -> Iterator[Problem]:
    """Yield what a gate says of an event."""
    if event is None:
        return
    start = datetime.fromisoformat(event["start"])
    where = "campaign.toml, event"
    if start.replace(tzinfo=ZoneInfo(event["zone"])) <= now:
        what = f"the event began at {start:%Y-%m-%d %H:%M}"
        yield problem.warning("", where, what)
    if event["status"] == "cancelled" and not known:
        what = f"nobody was invited to {event['uid']}; there is nothing to cancel"
        yield problem.error("", where, what)


async def settle(
    session: AsyncSession, campaign: Campaign, sequence: int, *, now: datetime
) -> None:
    """Note what is released; refuse where another letter went first."""
    if campaign.event is None:
        return
    if await next_sequence(session, campaign) != sequence:
        raise RefusedError(
            f"another letter about {campaign.event['uid']} is being released;"
            " release this one again"
        )
    await session.merge(
        Event(
            uid=campaign.event["uid"],
            sequence=sequence,
            digest=digest(campaign.event),
            campaign_id=campaign.id,
            released_at=now,
        )
    )


def digest(event: Mapping[str, Any]) -> str:
    """Return the digest of all that a change of the event would change."""
    packed = json.dumps(event, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()


def invitation(
    event: Mapping[str, Any],
    *,
    sequence: int,
    domain: str,
    language: str,
    summary: str,
    description: str,
    organiser: str,
    organiser_name: str,
    now: datetime,
) -> Invitation:
    """Return the event in the words of one letter."""
    places = event["places"]
    return Invitation(
        uid=f"{event['uid']}@{domain}",
        sequence=sequence,
        cancelled=event["status"] == "cancelled",
        start=datetime.fromisoformat(event["start"]),
        end=datetime.fromisoformat(event["end"]),
        zone=event["zone"],
        place=places.get(language) or places.get("") or places.get("en") or "",
        summary=summary,
        description=description,
        language=language,
        organiser=organiser,
        organiser_name=organiser_name,
        stamp=now,
    )
