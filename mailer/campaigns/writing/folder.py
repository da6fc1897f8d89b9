"""Reads a campaign folder: campaign.toml and one Markdown file per language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from audiences import languages
from audiences.characters import has_control
from audiences.institution import ZONE
from mailer.campaigns import hours, references
from mailer.campaigns.hours import ALWAYS, Sending
from mailer.campaigns.writing import campaign_toml, event, files, text_files
from mailer.campaigns.writing.campaign_toml import CampaignToml
from mailer.campaigns.writing.files import Attached
from mailer.errors import ContentError, together
from mailer.rendering.letter_types import Template
from scheduler import zones
from scheduler.errors import ScheduleError

T = TypeVar("T")
_KEYS = {
    "name",
    "template",
    "topic",
    "reference",
    "date",
    "author",
    "audience",
    "themes",
    "zone",
    "languages",
    "blocks",
    "event",
    "send",
}
_MAX_RULES = 80  # each is one bit of the variant code
_LISTED = ", ".join(sorted(_KEYS))
_LIMITS = {
    "audience": 4000,
    "author": 60,
    "template": 60,
    "topic": 40,
}  # characters; others 200


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A campaign as it is in its folder; its texts are not parsed."""

    name: str
    template: str
    topic: str | None  # None: the template's
    reference: str
    day: date
    author: str | None
    audience: str | None  # None: the template's
    themes: list[str]
    default_language: str
    fallbacks: dict[str, list[str]]
    per_block: list[str]  # languages that may lack blocks; "*" is any
    block_rules: dict[str, str]
    block_firsts: dict[str, str]
    zone: str
    send: Sending = ALWAYS
    event: dict[str, Any] | None = None
    files: list[Attached] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Folder:
    """Read a campaign folder; raise ContentError with the file and line at fault."""
    toml = campaign_toml.read(path)
    table, found = toml.table, _Faults()
    found.all += _unknown(toml)
    section: dict[str, Any] = found.or_else({}, lambda: _languages(toml))
    texts: dict[str, str] = found.or_else({}, lambda: text_files.read(path))
    text = partial(_text, toml)
    read = Folder(
        name=found.or_else("", lambda: _required(toml, "name")),
        template=found.or_else("", lambda: _required(toml, "template")),
        topic=found.or_else("", lambda: text("topic")) or None,
        reference=found.or_else(
            "", lambda: references.read(text("reference"), toml.fault)
        ),
        day=found.or_else(date.min, lambda: _day(toml)),
        author=found.or_else("", lambda: text("author")) or None,
        audience=found.or_else("", lambda: text("audience")) or None,
        themes=found.or_else(
            [], lambda: _codes(toml, table.get("themes", []), "themes")
        ),
        default_language=found.or_else("", lambda: _default(toml, section, texts)),
        fallbacks=found.or_else({}, lambda: _fallbacks(toml, section)),
        send=found.or_else(
            ALWAYS, lambda: hours.read(_section(toml, table, "send"), toml.fault)
        ),
        per_block=found.or_else(
            [], lambda: _per_block(toml, section.get("per_block", False))
        ),
        block_rules=found.or_else({}, lambda: _rules(toml, "for")),
        block_firsts=found.or_else({}, lambda: _rules(toml, "first")),
        zone=found.or_else("", lambda: _zone(toml)),
        event=found.or_else(None, lambda: _event(toml)),
        files=found.or_else([], lambda: files.read(path)),
        texts=texts,
    )
    found.all += files.without_text(path, read.files, texts) if texts else ()
    if found.all:
        raise together(found.once())
    return read


class _Faults:
    """Gathers the faults of a folder, so that all are shown at once."""

    def __init__(self) -> None:
        self.all: list[ContentError] = []

    def or_else(self, otherwise: T, read: Callable[[], T]) -> T:
        """Return what is read, or a stand-in if it has a fault, which is kept."""
        try:
            return read()
        except ContentError as fault:
            self.all.append(fault)
            return otherwise

    def once(self) -> list[ContentError]:
        """Return each fault once: two settings can meet the same one."""
        return list({str(fault): fault for fault in self.all}.values())


def _unknown(toml: CampaignToml) -> list[ContentError]:
    """Return a fault for each setting that does not exist."""
    return [
        toml.fault(key, f"no such setting: {key}; the settings are {_LISTED}")
        for key in sorted(set(toml.table) - _KEYS)
    ]


def _languages(toml: CampaignToml) -> dict[str, Any]:
    """Return the section on languages."""
    section = _section(toml, toml.table, "languages")
    for key in sorted(set(section) - {"default", "fallbacks", "per_block"}):
        sentence = f"languages has no {key}; it has default, fallbacks and per_block"
        raise toml.fault(key, sentence)
    return section


def _fallbacks(toml: CampaignToml, section: dict[str, Any]) -> dict[str, list[str]]:
    return {
        _tag(toml, language, language): [
            _tag(toml, each, language) for each in _codes(toml, codes, language)
        ]
        for language, codes in _section(toml, section, "fallbacks").items()
    }


def _default(toml: CampaignToml, section: dict[str, Any], texts: dict[str, str]) -> str:
    default = _tag(toml, section.get("default", "en"), "default")
    if texts and default not in texts:
        sentence = f"the default language {default} has no {default}.md"
        raise toml.fault("default", sentence)
    return default


def _event(toml: CampaignToml) -> dict[str, Any] | None:
    table = _section(toml, toml.table, "event")
    name, zone = _required(toml, "name"), _zone(toml)
    return event.read(table, name=name, zone=zone, fault=toml.fault)


def audience_of(folder: Folder, template: Template) -> str:
    """Return a campaign's rule, its own or the template's; raise if neither has one."""
    rule = folder.audience or template.audience
    if rule is None:
        raise ContentError(
            f"{folder.name}/campaign.toml", "audience is missing; the template has none"
        )
    return " ".join(rule.split())


def topic_of(folder: Folder, template: Template) -> str | None:
    """Return a campaign's topic, its own or the template's; None for service mail.

    Raises ContentError if it is missing, or if service mail has one.
    """
    topic = folder.topic or template.topic
    if topic is None and not template.service:
        raise ContentError(
            f"{folder.name}/campaign.toml", "topic is missing; the template has none"
        )
    if topic is not None and template.service:
        raise ContentError(
            f"{folder.name}/campaign.toml",
            f"{template.name} is service mail, which has no topic; remove the line",
        )
    return topic


def _required(toml: CampaignToml, key: str) -> str:
    if key not in toml.table:
        raise ContentError(toml.name, f"{key} is missing")
    return _text(toml, key)


def _text(toml: CampaignToml, key: str) -> str:
    value = toml.table.get(key, "")
    if not isinstance(value, str):
        raise toml.fault(key, f"{key} is {value!r}, not a text")
    if len(value) > _LIMITS.get(key, 200):
        limit = _LIMITS.get(key, 200)
        raise toml.fault(key, f"{key} has {len(value)} characters, at most {limit}")
    if key != "audience" and has_control(value):
        raise toml.fault(key, f"{key} holds a line break or control character")
    if key in toml.table and not value.strip():
        raise toml.fault(key, f"{key} is empty; fill it or remove the line")
    return value.strip()


def _section(toml: CampaignToml, table: dict[str, Any], key: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise toml.fault(key, f"{key} is not a section")
    return value


def _codes(toml: CampaignToml, value: Any, key: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise toml.fault(key, f'{key} is not a list such as ["en"]')
    return value


def _tag(toml: CampaignToml, value: Any, key: str) -> str:
    try:
        return text_files.known(str(value))
    except languages.LanguageError as fault:
        raise toml.fault(key, str(fault)) from None


def _day(toml: CampaignToml) -> date:
    if "date" not in toml.table:
        raise ContentError(toml.name, "date is missing")
    value = toml.table["date"]
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise toml.fault("date", f"date is {value!r}, not a day such as 2027-05-04")


def _rules(toml: CampaignToml, key: str) -> dict[str, str]:
    """Return block → rule of the sections [blocks.*]; `key` is for or first."""
    rules = {}
    for name, each in _section(toml, toml.table, "blocks").items():
        valid = isinstance(each, dict) and each and not set(each) - {"for", "first"}
        if not valid or not all(_is_rule(rule) for rule in each.values()):
            raise toml.fault(
                name,
                f"blocks.{name} may have only: for = the rule of who sees it,"
                " first = the rule of who sees it before the others",
            )
        if key in each:
            rules[name] = " ".join(each[key].split())
    if len(rules) > _MAX_RULES:
        sentence = f"{len(rules)} blocks have rules, at most {_MAX_RULES}"
        raise toml.fault("blocks", sentence)
    return rules


def _is_rule(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _per_block(toml: CampaignToml, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [languages.EVERY] if value else []
    codes = _codes(toml, value, "per_block")
    return [_tag(toml, each, "per_block") for each in codes]


def _zone(toml: CampaignToml) -> str:
    try:
        return zones.named(_text(toml, "zone") or ZONE).key
    except ScheduleError as unknown:
        raise toml.fault("zone", str(unknown)) from None
