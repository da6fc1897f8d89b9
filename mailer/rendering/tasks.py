"""Writes what a letter is rendered from as one line of JSON, and reads it again.

The files of templates are in the first task only, and in one with other files. A
catalogue is written as the language of its strings and the language it is for; the
reader loads it from the files.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from audiences.entry import Correspondent, Entry
from mailer.rendering.language import catalogues
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.source import Block, Source
from mailer.rendering.template_files import TemplateFiles


def write(source: Source, templates: TemplateFiles | None) -> bytes:
    """Return a source as one line, with its templates; None: those of the last line."""
    packed = {each.name: getattr(source, each.name) for each in fields(source)}
    packed |= {
        "catalogue": _packed(source.catalogue),
        "wanted": _packed(source.wanted),
        "block_catalogues": {
            block: _packed(each) for block, each in source.block_catalogues.items()
        },
        "blocks": [
            {**asdict(each), "fields": dict(each.fields)} for each in source.blocks
        ],
        "day": source.day.isoformat(),
        "offsets": dict(source.offsets),
        "entry": None if source.entry is None else asdict(source.entry),
    }
    files = None if templates is None else _packed_files(templates)
    whole = {"templates": files, "source": packed}
    return json.dumps(whole, default=_iso).encode() + b"\n"


def read(line: bytes, last: TemplateFiles | None) -> tuple[Source, TemplateFiles]:
    """Return the source and the templates of a line; `last` are those before it."""
    whole: dict[str, Any] = json.loads(line)
    packed: dict[str, Any] = whole["source"]
    templates = last if whole["templates"] is None else _files(whole["templates"])
    if templates is None:
        raise ValueError("the first task has no templates")
    restored = {
        "catalogue": _catalogue(packed["catalogue"], templates),
        "wanted": _catalogue(packed["wanted"], templates),
        "block_catalogues": {
            block: _catalogue(each, templates)
            for block, each in packed["block_catalogues"].items()
        },
        "blocks": tuple(Block(**each) for each in packed["blocks"]),
        "day": date.fromisoformat(packed["day"]),
        "reason": tuple(packed["reason"]),
        "entry": None if packed["entry"] is None else _entry(packed["entry"]),
    }
    return Source(**packed | restored), templates


def _packed_files(templates: TemplateFiles) -> dict[str, Any]:
    files = {
        path: base64.b64encode(octets).decode("ascii")
        for path, octets in templates.files.items()
    }
    return {"files": files, "refused": dict(templates.refused)}


def _files(packed: Mapping[str, Any]) -> TemplateFiles:
    files = {path: base64.b64decode(each) for path, each in packed["files"].items()}
    return TemplateFiles(place="templates", files=files, refused=packed["refused"])


def _packed(catalogue: Catalogue | None) -> list[str] | None:
    if catalogue is None:
        return None
    return [catalogue.strings, catalogue.language]


def _catalogue(packed: list[str] | None, templates: TemplateFiles) -> Catalogue | None:
    if packed is None:
        return None
    strings, language = packed
    return catalogues.in_language(templates, strings, language)


def _entry(packed: Mapping[str, Any]) -> Entry:
    restored = {
        name: tuple(packed[name])
        for name in ("telephones", "acts_in", "fields", "languages")
    }
    restored["correspondents"] = tuple(
        Correspondent(
            **{
                **each,
                **{name: tuple(each[name]) for name in ("telephones", "roles")},
            }
        )
        for each in packed["correspondents"]
    )
    confirmed = packed["confirmed"]
    day = None if confirmed is None else date.fromisoformat(confirmed)
    return Entry(**{**packed, **restored, "confirmed": day})


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a source has a {type(value).__name__}")
