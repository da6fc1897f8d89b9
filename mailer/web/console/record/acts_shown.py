"""Says acts of the record in words: what was done, to what, and what it changed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from audiences.languages import OFFERED
from audiences.record.changes import DirectoryChange
from audiences.record.data_changes import DataChange
from audiences.store.permission import DirectoryRight
from mailer.campaigns.acts import Act
from mailer.reports.record import details
from mailer.reports.record.history_sources import HistoryEntry
from mailer.users.acts import Right
from mailer.users.roles import UserRole
from mailer.web.console import sentences, strings
from mailer.web.console.guard import Visit
from mailer.web.console.names import directory_names
from mailer.web.console.names.block_names import BLOCKS
from mailer.web.console.names.role_names import ROLES
from mailer.web.console.names.state_names import ACTS
from mailer.web.console.record.act_names import (
    ABOUT,
    LABELS,
    LANGUAGES,
    OTHER_ACTS,
    VALUES,
)
from mailer.web.console.record.cell_names import CellNames
from mailer.web.console.strings import ENDS, ISOLATE
from scheduler import words
from scheduler.errors import ScheduleError

_DAYS = re.compile(r"(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)")  # of a deputy
_LETTER = re.compile(r"campaign ([0-9]{1,9})")
_VALUES = {**VALUES, "block": {code: name for code, (name, _) in BLOCKS.items()}}
# details that name users, several between spaces
USERS = frozenset({"approver", "approvers", "deputy", "owner", "translators", "user"})
# objects of acts with a code
CODED = frozenset({"office", "organisation", "role", "sector", "theme", "topic"})
NOT_THERE = "not there"  # the roles of a contact at an organisation that they join
NO_CONTACT = "no contact has it"  # in place of an address that is only fingerprinted
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")
NONE = "–"  # in place of a value


@dataclass(frozen=True, kw_only=True, slots=True)
class ActChange:
    """What an act changed, or said: `pair` is whether it has a value before."""

    label: str
    before: str
    after: str
    pair: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownAct:
    """An act in words; `place` is the page of its object, empty if it has none."""

    kind: str
    name: str
    place: str
    act: str
    changes: Sequence[ActChange]


def numbers_of(entries: Sequence[HistoryEntry]) -> set[int]:
    """Return the numbers of the letters that acts are about."""
    found = (_LETTER.fullmatch(each.about) for each in entries)
    return {int(each[1]) for each in found if each}


def shown(
    asked: Visit,
    entry: HistoryEntry,
    letters: Mapping[int, str],
    named: CellNames,
) -> ShownAct:
    """Return an act in the language of the page; `letters` are names by number."""
    kind, _, name = entry.about.partition(" ")
    text = asked.words.text
    letter = _LETTER.fullmatch(entry.about)
    act: str = OTHER_ACTS.get(entry.act, entry.act)
    if letter and entry.act in set(Act):
        act = ACTS[Act(entry.act)]
    known = letters.get(int(letter[1])) if letter else None
    if kind == "user":
        name, known = asked.called(name), None
    return ShownAct(
        kind=text(ABOUT[kind]) if kind in ABOUT else kind,
        name=f"{name} – {ISOLATE}{known}{ENDS}"
        if known
        else _named(asked, kind, name, named),
        place=_place(asked, kind, name),
        act=text(act) if act in {*OTHER_ACTS.values(), *ACTS.values()} else act,
        changes=list(changes(asked, entry.about, entry.detail, named)),
    )


def _is_erased(kind: str, name: str) -> bool:
    """Return whether an object is an address that is known by its fingerprint only."""
    return kind == "address" and _FINGERPRINT.fullmatch(name) is not None


def _named(asked: Visit, kind: str, name: str, named: CellNames) -> str:
    """Return what an object is called; its code, if it has no name."""
    if _is_erased(kind, name):
        return asked.words.noted(asked.words.text(NO_CONTACT), f"{name[:8]}…")
    return named.said(kind, name) if kind in CODED and name else name


def history(
    asked: Visit,
    rows: Iterable[DirectoryChange | DataChange],
    named: CellNames | None = None,
    *,
    about: str = "",
) -> list[tuple[DirectoryChange | DataChange, str, Sequence[ActChange]]]:
    """Return changes of an object, each with its act in words and what it changed.

    `named` has the names of codes, for what is in the directory; `about` is the object
    as the record names it, if it is not there.
    """
    text = asked.words.text
    return [
        (
            each,
            text(OTHER_ACTS[each.act]) if each.act in OTHER_ACTS else each.act,
            list(changes(asked, about, each.detail, named)),
        )
        for each in rows
    ]


def changes(
    asked: Visit,
    about: str,
    detail: Mapping[str, Any],
    named: CellNames | None = None,
) -> Iterator[ActChange]:
    """Yield what the detail of an act says, each with its label, in words."""
    kind = about.partition(" ")[0]
    labels = {**LABELS, "languages": LANGUAGES.get(kind, LABELS["languages"])}
    zones = _zones(asked, detail)
    for each in details.parts(about, detail):
        name, _, rest = each.key.partition(" ")  # such as “deputy marie”
        known = labels.get(name)
        label = asked.words.text(known) if known else name.replace("_", " ")
        # the roles of users are none of contacts
        codes = None if kind == "user" and name == "roles" else named
        if name in USERS:
            rest = asked.called(rest) if rest else ""
        before, after = each.before, each.after
        if name == "cadence":
            before, after = (
                _in_words(asked, str(value), zone) if value else value
                for value, zone in zip((before, after), zones, strict=True)
            )
        yield ActChange(
            label=asked.words.noted(label, rest.removeprefix("at ")),
            before=_text(asked, each.key, before, codes),
            after=_text(asked, each.key, after, codes),
            pair=each.pair,
        )


def _zones(asked: Visit, detail: Mapping[str, Any]) -> tuple[str, str]:
    """Return the zones of a series before and after an act; else that of the site."""
    usual, given = asked.site.settings.site.zone, detail.get("zone")
    before, after = given if isinstance(given, list) else (given, given)
    return str(before or usual), str(after or usual)


def _text(asked: Visit, key: str, value: Any, named: CellNames | None = None) -> str:
    """Return a value of a detail as people read it."""
    cell = key.partition(" ")[0]
    if named and named.has(cell) and not _is_word(value):
        return named.said(cell, value) or NONE
    if cell == "because" and isinstance(value, str):
        return sentences.told(value, asked.language) or NONE
    if cell == "source" and isinstance(value, str):
        return directory_names.source(asked.words, value) or NONE
    if isinstance(value, Mapping):
        said = [
            asked.words.labelled(name, _text(asked, "", each))
            for name, each in value.items()
        ]
        return asked.words.enumerated(said) or NONE
    if isinstance(value, list | tuple):
        called = [_said(asked, key, str(each)) for each in value]
        return strings.names(asked.words, called) or NONE
    return NONE if value in (None, "", NOT_THERE) else _said(asked, key, str(value))


def _is_word(value: Any) -> bool:
    """Return whether a value is said in another way than by the names of codes."""
    return value in (None, "", NOT_THERE) or isinstance(value, Mapping)


def _said(asked: Visit, key: str, value: str) -> str:
    """Return a text of a detail: instants, languages and codes in words."""
    if key in ("language", "languages") and set(value.split()) <= set(OFFERED):
        return asked.words.row(map(asked.words.language_name, value.split()))
    if days := _DAYS.fullmatch(value):
        return asked.words.days(*map(date.fromisoformat, days.groups()))
    if key in USERS:
        return asked.all_called(value.split())
    if key in _VALUES and value in _VALUES[key]:
        return asked.words.text(_VALUES[key][value])
    if key == "roles":
        return _roles(asked, value)
    at = details.instant(key, value)
    return strings.moment(asked.words, at, asked.zone) if at else value


def _in_words(asked: Visit, cadence: str, zone: str) -> str:
    """Return a cadence, as somebody typed it, in the language of the page."""
    usual = asked.site.settings.office.usual_time
    try:
        read = words.parse(cadence, zone=zone, usual=usual)
        told = words.tell(read, asked.language)
    except ScheduleError:
        return cadence
    return told or strings.in_english(cadence)


def _roles(asked: Visit, granted: str) -> str:
    """Return the roles of a user, with points between them, as pages name them."""
    return " · ".join(_role(asked, each) for each in granted.split(" · "))


def _role(asked: Visit, granted: str) -> str:
    """Return a role of a user, such as `translator:fr`, as pages name it."""
    name, _, limit = granted.partition(":")
    if name == UserRole.TRANSLATOR and limit:
        tags = limit.replace(",", " ").split()
        limit = asked.words.row(map(asked.words.language_name, tags))
    said = ROLES.get(name)  # type: ignore[call-overload]
    return asked.words.noted(asked.words.text(said), limit) if said else granted


def _place(asked: Visit, kind: str, name: str) -> str:
    """Return the page of an object, below that of the console; empty if none."""
    quoted = quote(name, safe="")
    pages = {
        "campaign": (Right.READ, f"/campaigns/{quoted}"),
        "user": (Right.USERS, f"/people/{quoted}"),
        "organisation": (Right.READ, f"/directory?search={quoted}"),
        "contact": (Right.NAMES, f"/directory?search={quoted}"),
        "address": (Right.NAMES, f"/directory?search={quoted}"),
        "topic": (DirectoryRight.WORDS, f"/words/edit?kind=topic&code={quoted}"),
        "theme": (DirectoryRight.WORDS, f"/words/edit?kind=theme&code={quoted}"),
        "segment": (Right.READ, f"/audiences/{quoted}"),
        "import": (DirectoryRight.DIRECTORY, "/directory/imports"),
        "series": (Right.READ, "/series"),
    }
    if _is_erased(kind, name):
        return ""
    right, place = pages.get(kind, (Right.READ, ""))
    return place if name and asked.could(right) else ""
