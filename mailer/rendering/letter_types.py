"""Reads letter types: the settings of templates, and the block types of letters."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from audiences import languages
from audiences.intake.encodings import parsed
from audiences.languages import EVERY
from mailer.errors import ContentError
from mailer.rendering.template_files import TemplateFiles

LAYOUT = "_layout"
SETTINGS = "template.toml"
SERVICES = ("entry", "request", "participation", "other")
GENERAL = "general"  # the letter class of a type that names none
_SETTINGS = {
    *("title", "class", "approvers", "sign_off", "topic", "service", "audience"),
    "blocks",
}
_MOST_APPROVERS = 5
_CLASS = re.compile(r"[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockType:
    """The lines and the text that a block of one type may have."""

    name: str
    fields: Mapping[str, str]  # name of a line → its kind
    needs: tuple[str, ...]  # names of required lines; "text" is the text
    form: str  # of the text, see campaigns/writing/syntax/text_forms.py
    everywhere: bool  # whether every letter type has it


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A letter type: its topic, its usual audience, the types of blocks it may have."""

    name: str
    title: str  # in English; the name if it has none
    letter_class: str  # what approvers are named for
    approvers: int  # how many users must approve a campaign
    # languages whose translation another translator signs off; "*" is each
    sign_off: tuple[str, ...]
    topic: str | None  # None: the campaign names it, or it is service mail
    service: str  # what service mail, which needs no subscription, is about; else ""
    audience: str | None
    blocks: tuple[str, ...]


def block_types(templates: TemplateFiles) -> dict[str, BlockType]:
    """Return the block types of a site by name."""
    table = _read(templates, f"{LAYOUT}/blocks.toml")
    return {
        name: BlockType(
            name=name,
            fields=dict(each.get("fields", {})),
            needs=tuple(each.get("needs", ())),
            form=str(each.get("form", "any")),
            everywhere=bool(each.get("everywhere", False)),
        )
        for name, each in table.items()
    }


def load(templates: TemplateFiles, name: str) -> Template:
    """Return one letter type; raise ContentError where it cannot be used."""
    known = names(templates)
    if name not in known:
        raise ContentError(
            templates.place,
            f"no template is called {name!r}; expected one of {', '.join(known)}",
        )
    path = f"{name}/{SETTINGS}"
    table = _read(templates, path)
    unknown = sorted(set(table) - _SETTINGS)
    if unknown:
        expected = ", ".join(sorted(_SETTINGS))
        raise ContentError(
            path,
            f"no such setting: {', '.join(unknown)}; expected one of {expected}",
        )
    try:
        return Template(
            name=name,
            title=str(table.get("title", name)),
            letter_class=_letter_class(table.get("class", GENERAL), path),
            approvers=_approvers(table.get("approvers", 1), path),
            sign_off=_sign_off(table.get("sign_off", []), path),
            topic=table.get("topic"),
            service=_service(table.get("service", False), path),
            audience=table.get("audience"),
            blocks=_allowed(table["blocks"], block_types(templates)),
        )
    except KeyError as missing:
        raise ContentError(path, f"{missing.args[0]} is missing") from None


def _allowed(own: list[str], types: Mapping[str, BlockType]) -> tuple[str, ...]:
    """Return the block types of a letter type: its own, and those of every one."""
    general = [name for name, each in types.items() if each.everywhere]
    return tuple(dict.fromkeys([*own, *general]))


def _service(value: object, path: str) -> str:
    """Return what service mail is about; `true`, of earlier templates, is “other”."""
    if isinstance(value, bool):
        value = "other" if value else ""
    if value == "" or value in SERVICES:
        return str(value)
    raise ContentError(
        path,
        f"service is {value!r}; expected one of {', '.join(SERVICES)}, or no such line",
    )


def _letter_class(value: object, path: str) -> str:
    if isinstance(value, str) and _CLASS.fullmatch(value):
        return value
    raise ContentError(
        path,
        f"class is {value!r}; expected up to 40 lower-case letters, digits and hyphens,"
        " with a letter first",
    )


def _approvers(value: object, path: str) -> int:
    if type(value) is int and 1 <= value <= _MOST_APPROVERS:
        return value
    raise ContentError(
        path,
        f"approvers is {value!r}; expected how many users must approve, 1 to"
        f" {_MOST_APPROVERS}",
    )


def _sign_off(value: object, path: str) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        with suppress(languages.LanguageError):
            return tuple(
                each if each == EVERY else languages.tag(each) for each in value
            )
    raise ContentError(
        path,
        f'sign_off is {value!r}; expected languages such as ["ar", "ru"], or ["*"] for'
        " every translation",
    )


def classes(templates: TemplateFiles) -> set[str]:
    """Return the letter classes of a site; raise ContentError at a fault of a type."""
    return {load(templates, name).letter_class for name in names(templates)}


def names(templates: TemplateFiles) -> list[str]:
    """Return the names of a site's letter types."""
    found = (path.split("/") for path in templates.files)
    return sorted(parts[0] for parts in found if parts[1:] == [SETTINGS])


def _read(templates: TemplateFiles, path: str) -> dict[str, Any]:
    try:
        return parsed.toml(templates.text(path))
    except ValueError as fault:
        raise ContentError(path, f"not valid TOML: {fault}") from None
