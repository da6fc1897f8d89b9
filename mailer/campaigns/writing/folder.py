"""Reads a campaign folder: campaign.toml and one Markdown file per language."""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from audiences import languages
from audiences.characters import has_control
from audiences.institution import ZONE
from mailer.campaigns import hours, references
from mailer.campaigns.hours import ALWAYS, Sending
from mailer.campaigns.writing import campaign_toml, event, files, regular_files
from mailer.campaigns.writing.campaign_toml import CampaignToml
from mailer.campaigns.writing.files import Attached
from mailer.errors import ContentError
from mailer.rendering.letter_types import Template
from scheduler import zones
from scheduler.errors import ScheduleError

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
_MAX_TEXT = 800_000  # octets of one language
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
    table = toml.table
    for key in ("name", "template", "date"):
        if key not in table:
            raise ContentError(toml.name, f"{key} is missing")
    for key in sorted(set(table) - _KEYS):
        raise toml.fault(key, f"no such setting: {key}; the settings are {_LISTED}")
    section = _section(toml, table, "languages")
    for key in sorted(set(section) - {"default", "fallbacks", "per_block"}):
        sentence = f"languages has no {key}; it has default, fallbacks and per_block"
        raise toml.fault(key, sentence)
    texts = _texts(path)
    return Folder(
        name=_required(toml, "name"),
        template=_required(toml, "template"),
        topic=_text(toml, "topic") or None,
        reference=references.read(_text(toml, "reference"), toml.fault),
        day=_day(toml),
        author=_text(toml, "author") or None,
        audience=_text(toml, "audience") or None,
        themes=_codes(toml, table.get("themes", []), "themes"),
        default_language=_default(toml, section, texts),
        fallbacks={
            _tag(toml, language, language): [
                _tag(toml, each, language) for each in _codes(toml, codes, language)
            ]
            for language, codes in _section(toml, section, "fallbacks").items()
        },
        send=hours.read(_section(toml, table, "send"), toml.fault),
        per_block=_per_block(toml, section.get("per_block", False)),
        block_rules=_rules(toml, "for"),
        block_firsts=_rules(toml, "first"),
        zone=_zone(toml),
        event=_event(toml),
        files=files.read(path),
        texts=texts,
    )


def _default(toml: CampaignToml, section: dict[str, Any], texts: dict[str, str]) -> str:
    default = _tag(toml, section.get("default", "en"), "default")
    if default not in texts:
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


def _texts(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in regular_files.names(path):
        if not name.endswith(".md"):
            continue
        where = f"{path.name}/{name}"
        try:
            language = languages.tag(name.removesuffix(".md"))
        except languages.LanguageError:
            raise ContentError(
                where, "the name is not a language, such as fr.md"
            ) from None
        if language in texts:
            raise ContentError(where, f"another file is the text in {language} too")
        texts[language] = campaign_toml.text_of(path, name, limit=_MAX_TEXT)
    return texts


def _required(toml: CampaignToml, key: str) -> str:
    value = _text(toml, key)
    if not value:
        raise toml.fault(key, f"{key} is empty")
    return value


def _text(toml: CampaignToml, key: str) -> str:
    value = toml.table.get(key, "")
    if not isinstance(value, str):
        raise toml.fault(key, f"{key} is {value!r}, not a text")
    if len(value) > _LIMITS.get(key, 200):
        limit = _LIMITS.get(key, 200)
        raise toml.fault(key, f"{key} has {len(value)} characters, at most {limit}")
    if key != "audience" and has_control(value):
        raise toml.fault(key, f"{key} holds a line break or control character")
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
        return languages.tag(str(value))
    except languages.LanguageError as fault:
        raise toml.fault(key, str(fault)) from None


def _day(toml: CampaignToml) -> date:
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
