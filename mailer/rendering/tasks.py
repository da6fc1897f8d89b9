"""Writes what a letter is rendered from as one line of JSON, and reads it again.

A catalogue is written as its folder, the language and digest of its strings, and the
language it is for; the reader loads it from its file.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any

from audiences.entry import Correspondent, Entry
from mailer.rendering.language import catalogues
from mailer.rendering.language.catalogues import Catalogue
from mailer.rendering.source import Block, Source


def write(source: Source, templates: Path) -> bytes:
    """Return a source and its folder of templates as one line."""
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
    whole = {"templates": str(templates), "source": packed}
    return json.dumps(whole, default=_iso).encode() + b"\n"


def read(line: bytes) -> tuple[Source, Path]:
    """Return the source and the folder of templates of a line."""
    whole: dict[str, Any] = json.loads(line)
    packed: dict[str, Any] = whole["source"]
    restored = {
        "catalogue": _catalogue(packed["catalogue"]),
        "wanted": _catalogue(packed["wanted"]),
        "block_catalogues": {
            block: _catalogue(each)
            for block, each in packed["block_catalogues"].items()
        },
        "blocks": tuple(Block(**each) for each in packed["blocks"]),
        "day": date.fromisoformat(packed["day"]),
        "reason": tuple(packed["reason"]),
        "entry": None if packed["entry"] is None else _entry(packed["entry"]),
    }
    return Source(**packed | restored), Path(whole["templates"])


def _packed(catalogue: Catalogue | None) -> list[str] | None:
    if catalogue is None:
        return None
    where = str(catalogue.folder)
    return [where, catalogue.strings, catalogue.digest, catalogue.language]


def _catalogue(packed: list[str] | None) -> Catalogue | None:
    if packed is None:
        return None
    folder, strings, digest, language = packed
    return catalogues.in_language(Path(folder), strings, digest, language)


def _entry(packed: Mapping[str, Any]) -> Entry:
    restored = {
        name: tuple(packed[name]) for name in ("acts_in", "fields", "languages")
    }
    restored["correspondents"] = tuple(
        Correspondent(**{**each, "roles": tuple(each["roles"])})
        for each in packed["correspondents"]
    )
    confirmed = packed["confirmed"]
    day = None if confirmed is None else date.fromisoformat(confirmed)
    return Entry(**{**packed, **restored, "confirmed": day})


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a source has a {type(value).__name__}")
