"""Reads a campaign folder: campaign.toml and one Markdown file a language."""

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from audiences import languages
from mailer.errors import ContentError
from mailer.rendering.template import Template

_KEYS = {
    "name",
    "template",
    "reference",
    "date",
    "author",
    "audience",
    "themes",
    "languages",
    "blocks",
}


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A campaign as its folder says it; texts are not parsed yet."""

    name: str
    template: str
    reference: str
    day: date
    author: str | None
    audience: str | None  # none: the template's own
    themes: list[str]
    default_language: str
    fallbacks: dict[str, list[str]]
    block_rules: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Folder:
    """Read a campaign folder; raise ContentError with the file at fault."""
    table = _table(path / "campaign.toml")
    where = f"{path.name}/campaign.toml"
    for key in ("name", "template", "date"):
        if key not in table:
            raise ContentError(where, f"{key} is missing")
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise ContentError(where, f"no such setting: {', '.join(unknown)}")
    spoken = _section(table, "languages", where)
    texts = _texts(path)
    default = str(spoken.get("default", "en"))
    if default not in texts:
        raise ContentError(where, f"the default language {default} has no {default}.md")
    return Folder(
        name=_words(table, "name", where),
        template=_words(table, "template", where),
        reference=_words(table, "reference", where),
        day=_day(table["date"], where),
        author=_words(table, "author", where) or None,
        audience=_words(table, "audience", where) or None,
        themes=_codes(table.get("themes", []), "themes", where),
        default_language=default,
        fallbacks={
            _tag(language, where): _codes(
                each, f"languages.fallbacks.{language}", where
            )
            for language, each in _section(spoken, "fallbacks", where).items()
        },
        block_rules=_rules(_section(table, "blocks", where), where),
        texts=texts,
    )


def audience_of(folder: Folder, template: Template) -> str:
    """Return the rule of a campaign: its own, or its template's."""
    rule = folder.audience or template.audience
    if rule is None:
        raise ContentError(
            f"{folder.name}/campaign.toml", "audience is missing; the template has none"
        )
    return " ".join(rule.split())


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ContentError(
            str(path), "does not exist; a campaign folder has one"
        ) from None
    except NotADirectoryError:
        raise ContentError(str(path.parent), "is not a folder") from None
    except (OSError, UnicodeError) as fault:
        raise ContentError(str(path), f"cannot be read: {fault}") from None
    except tomllib.TOMLDecodeError as fault:
        raise ContentError(str(path), f"not valid TOML: {fault}") from None


def _texts(path: Path) -> dict[str, str]:
    texts = {}
    for file in sorted(path.glob("*.md")):
        where = f"{path.name}/{file.name}"
        try:
            language = languages.tag(file.stem)
        except languages.LanguageError:
            raise ContentError(
                where, "the name is not a language, such as fr.md"
            ) from None
        try:
            texts[language] = file.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as fault:
            raise ContentError(where, f"not readable as UTF-8: {fault}") from None
    return texts


def _words(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or len(value) > 4000:  # noqa: PLR2004 (the longest rule)
        raise ContentError(where, f"{key} is not a text")
    if key != "audience" and re.search(r"[\x00-\x1f\x7f\u2028\u2029]", value):
        raise ContentError(where, f"{key} holds a line break or control character")
    return value.strip()


def _section(table: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise ContentError(where, f"{key} is not a section")
    return value


def _codes(value: Any, key: str, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ContentError(where, f'{key} is not a list such as ["en"]')
    return value


def _tag(value: str, where: str) -> str:
    try:
        return languages.tag(value)
    except languages.LanguageError as fault:
        raise ContentError(where, str(fault)) from None


def _day(value: Any, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ContentError(where, f"date is {value!r}, not a day such as 2027-05-04")


def _rules(blocks: dict[str, Any], where: str) -> dict[str, str]:
    rules = {}
    for name, each in blocks.items():
        if not isinstance(each, dict) or set(each) - {"for"}:
            raise ContentError(
                where, f"blocks.{name} knows only: for = the rule of who"
            )
        rules[name] = " ".join(str(each["for"]).split())
    return rules
