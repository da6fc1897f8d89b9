"""Adds, changes and retires the topics and themes of a site, with their history.

A retired word stays valid for what uses it. It is refused for new use, and no longer
offered to readers.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from audiences.errors import AudienceError, UnknownNameError
from audiences.languages import OFFERED
from audiences.organisations import Theme
from audiences.segments import vocabularies
from audiences.segments.vocabularies import suggestion
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.topics import Topic
from audiences.upkeep import data_changes
from audiences.upkeep.changes import Author
from audiences.upkeep.data_changes import DataKind

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,39}")
_LONGEST = 200  # characters of a name
Word = Topic | Theme
TABLES: Mapping[DataKind, type[Topic] | type[Theme]] = {
    DataKind.TOPIC: Topic,
    DataKind.THEME: Theme,
}


async def themes(session: AsyncSession) -> Sequence[Theme]:
    """Return the themes, by code."""
    return (await session.scalars(select(Theme).order_by(Theme.code))).all()


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedWord:
    """What a topic or theme is to have; None leaves a value.

    Names and rhythms are by language; an empty text removes one. A rhythm and a
    position are of topics only, the others of themes only.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    rhythms: Mapping[str, str] = field(default_factory=dict)
    position: int | None = None
    parent: str | None = None
    date: str | None = None
    place: str | None = None
    sectors: str | None = None  # codes: "SHS ED"


async def add(
    session: AsyncSession,
    kind: DataKind,
    code: str,
    wanted: WantedWord,
    author: Author,
) -> Word:
    """Add a topic or theme; raise AudienceError if it exists or a value is not valid.

    It needs an English name. A topic without a position is the last one.
    """
    await permission.require(session, author.by, DirectoryRight.WORDS)
    if _CODE.fullmatch(code) is None:
        raise AudienceError(
            f"{code[:60]!r} cannot be a code; use 2 to 40 of A-Z, a-z, 0-9 and hyphen"
        )
    table = TABLES[kind]
    same = func.lower(table.code) == code.lower()
    known = await session.scalar(select(table.code).where(same))
    if known is not None:
        raise AudienceError(f"there is a {kind} {known} already")
    if not wanted.names.get("en", "").strip():
        raise AudienceError(f"a new {kind} needs an English name")
    if table is Topic:
        last = await session.scalar(select(func.max(Topic.position))) or 0
        row: Word = Topic(code=code, names={}, rhythms={}, position=last + 1)
    else:
        row = Theme(code=code, kind="own", labels={}, sectors="")
    session.add(row)
    detail = await _set(session, row, wanted)
    data_changes.record(session, kind, code, "added", author, detail)
    await session.flush()
    return row


async def edit(
    session: AsyncSession,
    kind: DataKind,
    code: str,
    wanted: WantedWord,
    author: Author,
) -> Mapping[str, Any]:
    """Change a topic or theme; return each changed value, before and after."""
    await permission.require(session, author.by, DirectoryRight.WORDS)
    row = await _locked(session, kind, code)
    detail = await _set(session, row, wanted)
    if detail:
        data_changes.record(session, kind, row.code, "edited", author, detail)
        await session.flush()
    return detail


async def retire(
    session: AsyncSession, kind: DataKind, code: str, author: Author
) -> None:
    """Retire a topic or theme; raise AudienceError if it retired before."""
    await permission.require(session, author.by, DirectoryRight.WORDS)
    row = await _locked(session, kind, code)
    if row.retired_at is not None:
        raise AudienceError(f"{row.code} retired on {row.retired_at:%Y-%m-%d}")
    row.retired_at = author.at
    data_changes.record(session, kind, row.code, "retired", author)


async def _locked(session: AsyncSession, kind: DataKind, code: str) -> Word:
    table = TABLES[kind]
    row: Word | None = await session.get(table, code, with_for_update=True)
    if row is None:
        known = list(await session.scalars(select(table.code)))
        hint = suggestion(code, known)
        raise UnknownNameError(
            f"no {kind} is called {code[:60]!r}{hint}", code="word.unknown", kind=kind
        )
    return row


async def _set(session: AsyncSession, row: Word, wanted: WantedWord) -> dict[str, Any]:
    """Set what is wanted and differs; return it, before and after."""
    if isinstance(row, Topic):
        values: dict[str, Any] = {
            "names": _named(row.names, wanted.names),
            "rhythms": _named(row.rhythms, wanted.rhythms),
            "position": row.position if wanted.position is None else wanted.position,
        }
    else:
        values = {"labels": _named(row.labels, wanted.names)}
        values["parent"] = await _parent(session, row, wanted.parent)
        values["sectors"] = await _sectors(session, row, wanted.sectors)
        for key in ("date", "place"):
            given = getattr(wanted, key)
            values[key] = getattr(row, key) if given is None else _line(given) or None
    detail = {}
    for key, value in values.items():
        before = getattr(row, key)
        if before != value:
            setattr(row, key, value)
            detail[key] = [before, value]
    return detail


def _named(held: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return names by language with those that are given; the English one stays."""
    names = dict(held)
    for language, text in given.items():
        tag = languages.tag(language)
        if tag not in OFFERED:
            expected = ", ".join(OFFERED)
            raise AudienceError(f"names are in {expected}, not in {tag}")
        names[tag] = _line(text)
    if "en" in names and not names["en"]:
        raise AudienceError("the English name cannot be removed; give another")
    return {language: names[language] for language in OFFERED if names.get(language)}


def _line(text: str) -> str:
    """Return a text without spaces around it; refuse one that is long or has lines."""
    text = text.strip()
    if len(text) > _LONGEST or not text.isprintable():
        raise AudienceError(
            f"{text[:40]!r} is no name; expected up to {_LONGEST} characters on a line"
        )
    return text


async def _parent(session: AsyncSession, row: Theme, given: str | None) -> str | None:
    """Return the theme above; refuse one that is unknown, or below this one."""
    if given is None:
        return row.parent
    if not given:
        return None
    above: str | None = (await _locked(session, DataKind.THEME, given)).code
    seen: set[str] = set()
    while above is not None and above not in seen:
        if above == row.code:
            raise AudienceError(f"{given} is below {row.code}; it cannot be above it")
        seen.add(above)
        theme = await session.get(Theme, above)
        above = theme.parent if theme else None
    return given


async def _sectors(session: AsyncSession, row: Theme, given: str | None) -> str:
    if given is None:
        return row.sectors
    known: Collection[str] = (await vocabularies.load(session)).sectors
    for code in given.split():
        if code not in known:
            hint = suggestion(code, known)
            raise AudienceError(f"no sector is called {code[:40]!r}{hint}")
    return " ".join(dict.fromkeys(given.split()))
