"""The event a campaign invites to: its section of campaign.toml, and its SEQUENCE.

    [event]
    uid = "dialogue-session-2027"
    start = 2027-11-09T15:00:00
    end = 2027-11-09T16:30:00
    zone = "Europe/Paris"
    place = "UNESCO, Room XI, Paris"
    status = "confirmed"

Days without hours (`start = 2027-11-09`) make an event of whole days, `end` included.
An event has the same UID in every letter about it. Each change that is released raises
its SEQUENCE (RFC 5546, section 2.1.4). `status = "cancelled"` withdraws the event.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.characters import has_control
from audiences.languages import LanguageError
from mailer.campaigns.models import Campaign, Event
from mailer.campaigns.writing import text_files
from mailer.composing.invitation import Invitation
from mailer.errors import ContentError, RefusedError
from mailer.rendering.checks import clock_changes, problem
from mailer.rendering.checks.problem import Problem
from mailer.rendering.language.catalogues import Catalogue
from scheduler import zones
from scheduler.errors import ScheduleError

_KEYS = ("uid", "start", "end", "zone", "place", "status")
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")
Fault = Callable[[str, str], ContentError]


def read(
    table: Mapping[str, Any], *, name: str, zone: str, fault: Fault
) -> dict[str, Any] | None:
    """Return [event] as it is stored, None if it is empty.

    `name` makes the UID and `zone` is used if [event] has none; `fault` makes an error.
    """
    if not table:
        return None
    for key in sorted(set(table) - set(_KEYS)):
        raise fault(key, f"event has no {key}; it has {', '.join(_KEYS)}")
    start, end = (_moment(table, key, fault) for key in ("start", "end"))
    whole = not isinstance(start, datetime)
    if whole == isinstance(end, datetime):
        raise fault("end", "event.start and event.end are not both days or both times")
    if end < start or (end == start and not whole):
        raise fault("end", f"event.end is {end}, not after event.start, {start}")
    status = table.get("status", "confirmed")
    if status not in {"confirmed", "cancelled"}:
        raise fault(
            "status", f"event.status is {status!r}, neither confirmed nor cancelled"
        )
    uid = table.get("uid") or hashlib.sha256(name.encode()).hexdigest()[:24]
    if not isinstance(uid, str) or _UID.fullmatch(uid) is None:
        raise fault(
            "uid", f"event.uid is {uid!r}, not a name such as dialogue-session-2027"
        )
    return {
        "uid": uid,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "zone": _zone(table.get("zone", zone), fault),
        "places": _places(table.get("place", ""), fault),
        "status": status,
    }


def _moment(table: Mapping[str, Any], key: str, fault: Fault) -> date:
    """Return a local time, or the first or last day of an event of whole days."""
    value = table.get(key)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value.replace(microsecond=0)
    elif isinstance(value, date):
        return value
    raise fault(
        key,
        f"event.{key} is not a local time such as 2027-11-09T15:00:00, or a day such as"
        " 2027-11-09",
    )


def _stored(value: str) -> date:
    """Return a time or a day as it is stored."""
    whole = len(value) == len("2027-11-09")
    return date.fromisoformat(value) if whole else datetime.fromisoformat(value)


def _zone(value: Any, fault: Fault) -> str:
    try:
        return zones.named(str(value)).key
    except ScheduleError as unknown:
        raise fault("zone", str(unknown)) from None


def _places(value: Any, fault: Fault) -> dict[str, str]:
    """Return the place by language; "" is every other language."""
    places = value if isinstance(value, dict) else {"": value}
    found = {}
    for language, place in places.items():
        if not isinstance(place, str) or has_control(place):
            raise fault("place", "event.place is not one line of text")
        try:
            found[text_files.known(language) if language else ""] = place
        except LanguageError as unknown:
            raise fault("place", f"event.place: {unknown}") from None
    return found


async def next_sequence(session: AsyncSession, campaign: Campaign) -> int:
    """Return the SEQUENCE of the campaign's event if it is released now."""
    if campaign.event is None:
        return 0
    known = await session.get(Event, campaign.event["uid"])
    if known is None:
        return 0
    same = known.digest == digest(campaign.event)
    return known.sequence if same else known.sequence + 1


async def announced(session: AsyncSession, campaign: Campaign) -> bool:
    """Whether a letter about the campaign's event has been released."""
    event = campaign.event
    return event is not None and await session.get(Event, event["uid"]) is not None


async def was_changed_later(session: AsyncSession, campaign: Campaign) -> bool:
    """Whether a letter released after the campaign's changed its event."""
    event = campaign.event
    known = None if event is None else await session.get(Event, event["uid"])
    if event is None or known is None:
        return False
    return known.digest != digest(event)


def problems(
    event: Mapping[str, Any] | None, *, known: bool, now: datetime
) -> Iterator[Problem]:
    """Yield the problems of an event; `known` is whether it was announced."""
    if event is None:
        return
    where, zone = "campaign.toml, event", ZoneInfo(event["zone"])
    start = datetime.fromisoformat(event["start"])
    if start.replace(tzinfo=zone) <= now:
        what = f"the event begins at {start:%Y-%m-%d %H:%M}, before the letter goes"
        yield problem.warning("", where, what, timed=True)
    for key in ("start", "end"):
        written = datetime.fromisoformat(event[key])
        yield from clock_changes.check(
            written, zone, language="", where=where, name=key
        )
    if event["status"] == "cancelled" and not known:
        what = f"{event['uid']} is cancelled, but no letter has announced it"
        yield problem.error("", where, what)


async def record_release(
    session: AsyncSession, campaign: Campaign, sequence: int, *, now: datetime
) -> None:
    """Store the event as released with this SEQUENCE.

    Raises RefusedError if another letter about it was released since the SEQUENCE was
    computed.
    """
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
    """Return the digest of an event; any change of the event changes it."""
    packed = json.dumps(event, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()


def place_in(places: Mapping[str, str], language: str) -> str:
    """Return the place in a language, else in English, else in any."""
    wanted = (language, "", "en", *places)
    return next((places[each] for each in wanted if places.get(each)), "")


def invitation(
    event: Mapping[str, Any],
    *,
    sequence: int,
    domain: str,
    catalogue: Catalogue,
    summary: str,
    description: str,
    organiser: str,
    organiser_name: str,
    now: datetime,
) -> Invitation:
    """Return the event as the invitation of one letter."""
    places, language = event["places"], catalogue.language
    cancelled = event["status"] == "cancelled"
    start, end = _stored(event["start"]), _stored(event["end"])
    return Invitation(
        uid=f"{event['uid']}@{domain}",
        sequence=sequence,
        cancelled=cancelled,
        start=start,
        end=end if isinstance(end, datetime) else end + timedelta(days=1),
        zone=event["zone"],
        place=place_in(places, language),
        summary=summary,
        description=description,
        language=language,
        organiser=organiser,
        organiser_name=organiser_name,
        stamp=now,
        file_name=catalogue.text("cancellation.ics" if cancelled else "invitation.ics"),
    )
