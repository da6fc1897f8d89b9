"""Adds, changes and retires topics, themes and roles of a site, with their history.

A retired word stays valid for what uses it. It is refused for new use, and no longer
offered to readers.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import languages
from audiences.errors import AudienceError, UnknownNameError
from audiences.languages import OFFERED
from audiences.organisations import Theme
from audiences.people import site_roles
from audiences.people.site_roles import SiteRole
from audiences.record import data_changes
from audiences.record.changes import Author
from audiences.record.data_changes import DataKind
from audiences.segments import vocabularies
from audiences.segments.vocabularies import suggestion
from audiences.store import permission
from audiences.store.permission import DirectoryRight
from audiences.topics import Topic

_CODES = {
    SiteRole: (re.compile(r"[a-z0-9][a-z0-9_-]{1,39}"), "a-z, 0-9, hyphen and _"),
    Topic: (re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{1,39}"), "A-Z, a-z, 0-9 and hyphen"),
}
_LONGEST = 200  # characters of a name
Word = Topic | Theme | SiteRole
TABLES: Mapping[DataKind, type[Word]] = {
    DataKind.TOPIC: Topic,
    DataKind.THEME: Theme,
    DataKind.ROLE: SiteRole,
}


async def themes(session: AsyncSession) -> Sequence[Theme]:
    """Return the themes, by code."""
    return (await session.scalars(select(Theme).order_by(Theme.code))).all()


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedWord:
    """What a topic, theme or role is to have; None leaves a value.

    Names and rhythms are by language; an empty text removes one. A rhythm and a
    position are of topics only, the others of themes only. A role has names only.
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
    """Add a word; raise AudienceError if it exists or a value is not valid.

    It needs an English name. A topic without a position is the last one. A site may
    add as many roles as there are bits for them.
    """
    await permission.require(session, author.by, DirectoryRight.WORDS)
    table = TABLES[kind]
    form, signs = _CODES.get(table, _CODES[Topic])
    if form.fullmatch(code) is None:
        raise AudienceError(f"{code[:60]!r} cannot be a code; use 2 to 40 of {signs}")
    known = await _codes(session, kind)
    same = next((each for each in known if each.lower() == code.lower()), None)
    if same is not None:
        raise AudienceError(f"there is a {kind} {same} already")
    if not wanted.names.get("en", "").strip():
        raise AudienceError(f"a new {kind} needs an English name")
    row = await _new(session, table, code)
    session.add(row)
    detail = await _set(session, row, wanted)
    data_changes.record(session, kind, code, "added", author, detail)
    try:
        await session.flush()
    except IntegrityError:
        raise AudienceError(
            f"a {kind} was added at the same moment; look at the {kind}s and try again"
        ) from None
    return row


async def _new(session: AsyncSession, table: type[Word], code: str) -> Word:
    """Return the row of a new word, without its names."""
    if table is Topic:
        last = await session.scalar(select(func.max(Topic.position))) or 0
        return Topic(code=code, names={}, rhythms={}, position=last + 1)
    if table is SiteRole:
        return SiteRole(code=code, bit=await _free_bit(session), names={})
    return Theme(code=code, kind="own", labels={}, sectors="")


async def edit(
    session: AsyncSession,
    kind: DataKind,
    code: str,
    wanted: WantedWord,
    author: Author,
) -> Mapping[str, Any]:
    """Change a word; return each changed value, before and after."""
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
    """Retire a word; raise AudienceError if it retired before."""
    await permission.require(session, author.by, DirectoryRight.WORDS)
    row = await _locked(session, kind, code)
    if row.retired_at is not None:
        raise AudienceError(f"{row.code} retired on {row.retired_at:%Y-%m-%d}")
    row.retired_at = author.at
    data_changes.record(session, kind, row.code, "retired", author)


async def _codes(session: AsyncSession, kind: DataKind) -> Sequence[str]:
    """Return the codes of the words of one kind."""
    if kind is DataKind.ROLE:
        return [each.code for each in await site_roles.load(session)]
    return (await session.scalars(select(TABLES[kind].code))).all()


async def _free_bit(session: AsyncSession) -> int:
    """Return a bit that no role has had; raise AudienceError if there is none."""
    taken = set(await session.scalars(select(SiteRole.bit)))
    free = [bit for bit in site_roles.OWN_BITS if bit not in taken]
    if not free:
        raise AudienceError(
            f"a site may add {len(site_roles.OWN_BITS)} roles, and has added as many",
            code="roles.full",
        )
    return free[0]


async def find(session: AsyncSession, kind: DataKind, code: str) -> Word | None:
    """Return a word for a form; a role of the program as if it had a row."""
    row: Word | None = await session.get(TABLES[kind], code)
    if row is None and kind is DataKind.ROLE:
        known = await site_roles.find(session, code)
        return SiteRole(code=code, bit=known.bit, names={}) if known else None
    return row


async def _locked(session: AsyncSession, kind: DataKind, code: str) -> Word:
    table = TABLES[kind]
    row: Word | None = await session.get(table, code, with_for_update=True)
    if row is None and kind is DataKind.ROLE:
        row = await find(session, kind, code)
        if row is not None:
            session.add(row)
    if row is None:
        hint = suggestion(code, await _codes(session, kind))
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
    elif isinstance(row, SiteRole):
        values = {"names": _named(row.names, wanted.names)}
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
