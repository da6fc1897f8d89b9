"""Reads letter types: the settings of templates, and the block types of letters."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailer.errors import ContentError, unreadable

LAYOUT = "_layout"
_SETTINGS = {"title", "topic", "service", "audience", "blocks"}


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockType:
    """The lines and the text that a block of one type may have."""

    name: str
    fields: Mapping[str, str]  # name of a line → its kind
    needs: tuple[str, ...]  # names of required lines; "text" is the text
    form: str  # of the text: any, table or agenda


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A letter type: its topic, its usual audience, the types of blocks it may have."""

    name: str
    topic: str | None  # None: the campaign names it, or it is service mail
    service: bool  # about the reader's own entry or request; needs no subscription
    audience: str | None
    blocks: tuple[str, ...]


def block_types(templates: Path) -> dict[str, BlockType]:
    """Return the block types of a site by name."""
    table = _read(templates / LAYOUT / "blocks.toml")
    return {
        name: BlockType(
            name=name,
            fields=dict(each.get("fields", {})),
            needs=tuple(each.get("needs", ())),
            form=str(each.get("form", "any")),
        )
        for name, each in table.items()
    }


def load(templates: Path, name: str) -> Template:
    """Return one letter type; raise ContentError where it cannot be used."""
    known = names(templates)
    if name not in known:
        raise ContentError(
            str(templates),
            f"no template is called {name!r}; expected one of {', '.join(known)}",
        )
    path = templates / name / "template.toml"
    table = _read(path)
    unknown = sorted(set(table) - _SETTINGS)
    if unknown:
        expected = ", ".join(sorted(_SETTINGS))
        raise ContentError(
            str(path),
            f"no such setting: {', '.join(unknown)}; expected one of {expected}",
        )
    try:
        return Template(
            name=name,
            topic=table.get("topic"),
            service=bool(table.get("service", False)),
            audience=table.get("audience"),
            blocks=tuple(table["blocks"]),
        )
    except KeyError as missing:
        raise ContentError(str(path), f"{missing.args[0]} is missing") from None


def names(templates: Path) -> list[str]:
    """Return the names of a site's letter types."""
    return sorted(path.parent.name for path in templates.glob("*/template.toml"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise ContentError(str(path), unreadable(fault)) from None
    except (tomllib.TOMLDecodeError, UnicodeError) as fault:
        raise ContentError(str(path), f"not valid TOML: {fault}") from None
