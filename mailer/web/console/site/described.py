"""Describes the settings of a site: value, sentence, and whether it is the default.

The sentences are the comments of the config.toml that comes with the program. Secrets
are described as set or not, and passwords in addresses are left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import bidirectional
from urllib.parse import urlsplit

from pydantic import BaseModel

from mailer.rendering import marks
from mailer.rendering.language import bidi
from mailer.settings.sections import Settings
from mailer.web.console.strings import ENGLISH, ISOLATE

SECRETS = frozenset(  # and each password
    {"keys.signing", "keys.address", "signin.oidc.client_secret"}
)
_KEY = re.compile(r"(?:# )?([a-z0-9_]+) = ")
_SECTION = re.compile(r"(?:# )?\[([a-z_.]+)\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribedSetting:
    """One setting: `value` is None where it is a secret, which `is_set` or not."""

    key: str  # section.key
    value: str | None
    is_set: bool
    sentence: str
    is_default: bool


def described(settings: Settings, text: str) -> list[DescribedSetting]:
    """Return all settings in the order of their sections.

    `text` is the config.toml that comes with the program.
    """
    sentences = _sentences(text)
    usual = dict(_values("", Settings.model_construct()))
    found = []
    for key, value in _values("", settings):
        secret = _is_secret(key)
        found.append(
            DescribedSetting(
                key=key,
                value=None if secret else _plain(value),
                is_set=bool(value),
                sentence=sentences.get(key)
                or sentences.get(key.rpartition(".")[0], ""),
                is_default=key in usual and usual[key] == value,
            )
        )
    return found


def ordered(value: str) -> str:
    """Return a value whose words keep their order: in Arabic, Latin runs isolated."""
    if not value or bidirectional(value[0]) not in {"R", "AL"}:
        return value
    shown = bidi.isolate_text(value, "rtl", marks.draw([value]))
    return shown.replace(ENGLISH, ISOLATE)  # it is in a language that is not known


def _is_secret(key: str) -> bool:
    return key in SECRETS or key.endswith(".password")


def _values(prefix: str, section: Any) -> list[tuple[str, Any]]:
    """Return (key, value) of a section and of the sections in it."""
    named = _named(section)
    found: list[tuple[str, Any]] = []
    for name, value in named.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, BaseModel | Mapping) and (value or not prefix):
            found += _values(key, value)
        else:
            found.append((key, value))
    return found


def _named(section: Any) -> Mapping[str, Any]:
    if isinstance(section, BaseModel):
        fields = type(section).model_fields
        return {
            each.alias or name: getattr(section, name) for name, each in fields.items()
        }
    return dict(section)


def _plain(value: Any) -> str:
    """Return a value as people read it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and "://" in value:
        return _without_password(value)
    if isinstance(value, float):
        return f"{value:.12g}"  # 30, not 30.0
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_plain, value))
    return "" if value is None or isinstance(value, Mapping) else str(value)


def _without_password(address: str) -> str:
    """Return an address without the login and the query, which may have a password."""
    if "@" not in address and "?" not in address:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def _sentences(text: str) -> dict[str, str]:
    """Return section.key → its comment; a key without one has that of the key above.

    A section has its own comment too, which is that of its first keys without one.
    """
    found: dict[str, str] = {}
    section, last = "", ""
    lines: list[str] = []
    for line in text.splitlines():
        if match := _SECTION.fullmatch(line):
            section, last, lines = match[1], " ".join(lines), []
            found[section] = last
        elif match := _KEY.match(line):
            last = " ".join(lines) if lines else last
            found[f"{section}.{match[1]}"] = last
            lines = []
        elif line.startswith("# "):
            lines.append(line[2:])
        else:
            lines = []
    return found
