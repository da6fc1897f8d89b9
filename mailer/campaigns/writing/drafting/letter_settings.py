"""The settings of a letter apart from its name, date, readers and blocks.

They are what campaign.toml says in reference, topic, themes, zone, [send], [event], and
of languages the fallbacks and per_block.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from audiences import languages
from audiences.characters import has_control
from mailer.campaigns import hours, references
from mailer.campaigns.hours import Sending
from mailer.campaigns.models import Campaign
from mailer.campaigns.writing import event, text_files
from mailer.errors import ContentError
from scheduler import zones
from scheduler.errors import ScheduleError

LONGEST = 200  # characters of a line


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterSettings:
    """What a letter is set to."""

    reference: str  # or its pattern
    topic: str | None  # None: the template's
    themes: list[str]
    zone: str  # of the hours in its text
    fallbacks: dict[str, list[str]]  # language → those that may replace it
    per_block: list[str]  # languages that may lack blocks; "*" is any
    send: Sending
    event: dict[str, Any] | None

    @property
    def text(self) -> str:
        """Return the settings as one text, to be compared."""
        return json.dumps(asdict(self), default=str, indent=1, ensure_ascii=False)


def of(campaign: Campaign) -> LetterSettings:
    """Return the settings that a campaign has."""
    return LetterSettings(
        reference=campaign.reference_pattern or campaign.reference,
        topic=campaign.topic,
        themes=list(campaign.themes),
        zone=campaign.zone,
        fallbacks={key: list(value) for key, value in campaign.fallbacks.items()},
        per_block=list(campaign.per_block),
        send=hours.read(section(campaign), _fault),
        event=campaign.event,
    )


def section(campaign: Campaign) -> dict[str, Any]:
    """Return the section [send] of a campaign, without the values it lacks."""
    values = {
        "from": campaign.window_from,
        "until": campaign.window_until,
        "zone": campaign.window_zone,
        "too_late_hours": campaign.too_late_hours,
        "reader_hour": campaign.reader_hour,
        "quiet": campaign.reader_quiet,
        "wave_hours": campaign.wave_hours,
    }
    return {key: value for key, value in values.items() if value is not None}


def read(table: Mapping[str, Any], *, name: str) -> LetterSettings:
    """Return the settings that a table in the form of campaign.toml says.

    `name` is that of the letter, for the UID of its event. Raises ContentError at the
    first fault.
    """
    zone = _zone(str(table.get("zone") or ""))
    return LetterSettings(
        reference=references.read(_line(table, "reference"), _fault),
        topic=_line(table, "topic") or None,
        themes=list(table.get("themes", ())),
        zone=zone,
        fallbacks={
            _tag(key): [_tag(each) for each in value]
            for key, value in table.get("fallbacks", {}).items()
        },
        per_block=_per_block(table.get("per_block", ())),
        send=hours.read(table.get("send", {}), _fault),
        event=event.read(table.get("event", {}), name=name, zone=zone, fault=_fault),
    )


def event_table(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored event in the form of the section [event]."""
    times: dict[str, Any] = {}
    for key in ("start", "end"):
        whole = len(stored[key]) == len("2027-11-09")
        parse = date.fromisoformat if whole else datetime.fromisoformat
        times[key] = parse(stored[key])
    kept = {key: stored[key] for key in ("uid", "zone", "status")}
    return {**kept, **times, "place": stored["places"]}


def _fault(key: str, sentence: str) -> ContentError:
    return ContentError(f"settings, {key}", sentence)


def _line(table: Mapping[str, Any], key: str) -> str:
    value = str(table.get(key) or "").strip()
    if len(value) > LONGEST or has_control(value):
        sentence = f"{key} is a line of at most {LONGEST} characters"
        raise _fault(key, sentence)
    return value


def _zone(given: str) -> str:
    try:
        return zones.named(given).key
    except ScheduleError as unknown:
        raise _fault("zone", str(unknown)) from None


def _tag(given: str) -> str:
    try:
        return text_files.known(given)
    except languages.LanguageError as fault:
        raise _fault("languages", str(fault)) from None


def _per_block(given: Sequence[str]) -> list[str]:
    every = languages.EVERY in given
    return [languages.EVERY] if every else [_tag(each) for each in given]
