"""Writes a list of the directory as a tagged PDF, which follows PDF/UA-1.

All words of the list are given to the document as values, never as its source.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from mailer.errors import RefusedError
from mailer.rendering.language import typography
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.lists import typesetting, writing
from mailer.reports.lists.entries import ListEntry
from mailer.reports.lists.kinds import ListKind
from mailer.reports.lists.typesetting import NoFontError

LONGEST = 28  # characters of a word; a longer one may break over two lines
BREAK, UNKNOWN = "\u200b", "\ufffd"
_WORD = re.compile(rf"\S{{{LONGEST}}}(?=\S)")
_WITHOUT_FORM = {"Cc", "Co", "Cn", "Cs"}  # categories of characters without a form


async def write(
    kind: ListKind,
    entries: Sequence[ListEntry],
    catalogue: Catalogue,
    *,
    sender: str,
    now: datetime,
) -> bytes:
    """Return the PDF of a list.

    Raises RefusedError if this machine has no font for a character, or if the document
    takes too much time or memory.
    """
    values = _values(kind, entries, catalogue, sender=sender, now=now)
    try:
        return await typesetting.pdf("list.typ", values, now=now)
    except NoFontError as fault:
        raise RefusedError(
            f"no font of this machine has {_shown(fault.characters)}"
            f"{_place(fault.characters, entries)}: install the Debian packages"
            f" {typesetting.PACKAGES}, or put a font into ~/.local/share/fonts"
        ) from None


def _values(
    kind: ListKind,
    entries: Sequence[ListEntry],
    catalogue: Catalogue,
    *,
    sender: str,
    now: datetime,
) -> dict[str, Any]:
    """Return what the document shows, as JSON."""
    seen: set[int] = set()
    groups = writing.groups(kind, entries, catalogue)
    index = writing.index(kind, entries)
    return {
        "title": writing.title(kind, catalogue),
        "sender": _text(sender),
        "as_of": catalogue.text("As of %(day)s", day=catalogue.day(now.date())),
        "language": catalogue.language,
        "direction": catalogue.direction,
        "contents": catalogue.text("Contents"),
        "index_title": catalogue.text("Index"),
        "headings": writing.headings(kind, catalogue)[1:],
        "between": typography.semicolon(catalogue.language),
        "groups": [
            {
                "title": group,
                "rows": [_row(kind, each, catalogue, seen) for each in listed],
            }
            for group, listed in groups.items()
        ],
        "index": [
            {
                "subject": subject,
                "entries": [
                    {"number": each.number, "name": _text(each.name)} for each in listed
                ],
            }
            for subject, listed in index.items()
        ],
    }


def _row(
    kind: ListKind, each: ListEntry, catalogue: Catalogue, seen: set[int]
) -> dict[str, Any]:
    """Return the cells of an entry; its number where it is shown first."""
    cells = writing.row(kind, each, catalogue)[1:]
    day = catalogue.day(each.confirmed) if each.confirmed else None
    cells[-1] = day or catalogue.text("not yet")
    cells[-2] = "\n".join(each.addresses)
    number = each.number if each.number not in seen else None
    seen.add(each.number)
    return {"number": number, "cells": [_text(cell) for cell in cells]}


def _text(text: str) -> str:
    """Return a text that can be set: long words may break, and all has a form."""
    shown = "".join(
        UNKNOWN
        if each != "\n" and unicodedata.category(each) in _WITHOUT_FORM
        else each
        for each in text
    )
    return _WORD.sub(lambda found: f"{found[0]}{BREAK}", shown)


def _shown(characters: Sequence[str]) -> str:
    named = ", ".join(f"‘{each}’" for each in characters[:5])
    more = len(characters) - 5
    return f"{named} and {more} more" if more > 0 else named


def _place(characters: Sequence[str], entries: Sequence[ListEntry]) -> str:
    """Return the first entry that has one of the characters, for a sentence."""
    for each in entries:
        if any(one in text for text in _texts(each) for one in characters):
            return f" (in the entry of {each.name})"
    return ""


def _texts(each: ListEntry) -> Iterator[str]:
    single = (each.region, each.country, each.name, each.acronym, each.status)
    return chain(single, each.fields, each.serves, each.languages, each.addresses)
