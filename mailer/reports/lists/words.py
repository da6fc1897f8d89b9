"""The codes that rules and lists may use, with their names in the site's languages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import institution, languages, organisations
from audiences.errors import UnknownNameError
from audiences.naming import folding
from audiences.naming.values import Values
from audiences.organisations import Country, Kind, Organisation, Theme
from audiences.people import site_roles
from audiences.people.details import ContactTag
from audiences.segments.saved import SavedSegment, latest
from audiences.segments.vocabularies import suggestion
from audiences.topics import Topic
from mailer.rendering.entry import role_names
from mailer.sites.site import Site

MANY = 1_000  # organisations or tags: a search narrows them

# what people call a kind of words
KINDS: Mapping[str, Values] = {
    "country": Values.COUNTRY,
    "field": Values.FIELD,
    "group": Values.GROUP,
    "kind": Values.KIND,
    "language": Values.LANGUAGE,
    "level": Values.LEVEL,
    "office": Values.OFFICE,
    "organisation": Values.ORGANISATION,
    "region": Values.REGION,
    "role": Values.ROLE,
    "sector": Values.SECTOR,
    "segment": Values.SEGMENT,
    "status": Values.STATUS,
    "tag": Values.TAG,
    "theme": Values.THEME,
    "topic": Values.TOPIC,
}
_LARGE = ("organisation", "tag")  # listed only if they are asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedCode:
    """One code, its kind, and its names by language; of a saved rule, its text."""

    kind: str
    code: str
    names: Mapping[str, str]
    rule: str | None = None

    def matches(self, words: tuple[str, ...]) -> bool:
        """Whether each word begins a word of the code or of one name."""
        texts = (self.code, *self.names.values())
        return not words or any(
            all(any(own.startswith(word) for own in known) for word in words)
            for known in map(folding.words, texts)
        )


def name_of(word: NamedCode, language: str) -> str:
    """Return the name of a code in a language, or else in English."""
    return languages.name_in(word.names, language)


def kind_named(text: str) -> str:
    """Return a kind of words, also from its plural; raise UnknownNameError."""
    folded = text.strip().casefold().replace(" ", "_")
    plurals = {**{f"{each}s": each for each in KINDS}, "countries": "country"}
    kind = plurals.get(folded, folded)
    kind = {"field_office": "office", "statuses": "status"}.get(kind, kind)
    if kind not in KINDS:
        hint = suggestion(folded, list(KINDS)) or f"; there are {', '.join(KINDS)}"
        raise UnknownNameError(f"no kind of words is called {text[:40]!r}{hint}")
    return kind


async def listed(
    session: AsyncSession, site: Site, kind: str | None, search: str
) -> list[NamedCode]:
    """Return the codes of one kind, or of all but organisations and tags, that match.

    Words of the search are compared without case and accents, with the code and with
    the names in every language. At most 1,000 organisations or tags are returned.
    """
    wanted = folding.words(search)
    if search.strip() and not wanted and kind not in _LARGE:
        return []  # signs alone are in no name
    kinds = [each for each in KINDS if each not in _LARGE] if kind is None else [kind]
    found: list[NamedCode] = []
    for each in kinds:
        if each in _LARGE:
            found += await _large(session, each, search)
        else:
            known = await _of_store(session, site, each)
            found += [word for word in known if word.matches(wanted)]
    return found


async def _of_store(session: AsyncSession, site: Site, kind: str) -> list[NamedCode]:
    """Return all codes of a kind that the store has, or else that the program has."""
    match kind:
        case "country":
            names: Any = await session.execute(select(Country.code, Country.names))
        case "theme":
            names = await _themes(session)
        case "topic":
            names = await session.execute(
                select(Topic.code, Topic.names)
                .where(Topic.retired_at.is_(None))
                .order_by(Topic.position)
            )
            return _named(kind, names)
        case "office":
            names = await _bodies(session, Kind.FIELD_OFFICE)
        case "sector":
            names = (await _sectors(session)).items()
        case "field":
            themes = await _themes(session)
            names = [*(await _sectors(session)).items(), *themes]
        case "role":
            return await roles(session, site)
        case "segment":
            saved = await session.execute(latest(SavedSegment.name, SavedSegment.rule))
            return [
                NamedCode(kind=kind, code=name, names={}, rule=rule)
                for name, rule in saved
            ]
        case _:
            return list(_fixed(site, kind))
    return sorted(_named(kind, names), key=lambda each: each.code)


async def roles(session: AsyncSession, site: Site) -> list[NamedCode]:
    """Return the roles in use, with their names in the languages of the site."""
    return [
        NamedCode(kind="role", code=each.code, names=role_names(each, site.catalogues))
        for each in await site_roles.load(session)
        if each.retired_at is None
    ]


def _named(kind: str, rows: Any) -> list[NamedCode]:
    return [NamedCode(kind=kind, code=code, names=names) for code, names in rows]


async def _themes(session: AsyncSession) -> list[tuple[str, Any]]:
    """Return code and names of the themes in use."""
    rows = await session.execute(
        select(Theme.code, Theme.labels).where(Theme.retired_at.is_(None))
    )
    return [(code, names) for code, names in rows]


async def _bodies(session: AsyncSession, kind: Kind) -> list[tuple[str, Any]]:
    """Return code and names of the organisations of a kind."""
    rows = await session.execute(
        select(Organisation.code, Organisation.name, Organisation.names).where(
            Organisation.kind == kind, Organisation.retired_at.is_(None)
        )
    )
    return [(code, {"en": name, **names}) for code, name, names in rows]


async def _sectors(session: AsyncSession) -> dict[str, Any]:
    """Return sectors: those of the directory, and those that themes name."""
    of_themes = await session.scalars(select(Theme.sectors).distinct())
    codes = {code for each in of_themes for code in each.split()}
    found = {code: institution.FIELDS.get(code, {}) for code in sorted(codes)}
    return found | dict(await _bodies(session, Kind.SECTOR))


def _fixed(site: Site, kind: str) -> Iterator[NamedCode]:
    """Yield the codes that are part of the program, named by the catalogues."""
    if kind == "language":
        for code in site.catalogues:
            names = {
                each: catalogue.language_name(code)
                for each, catalogue in site.catalogues.items()
            }
            yield NamedCode(kind=kind, code=code, names=names)
        return
    english: Mapping[str, Mapping[str, str]] = {
        "group": dict(zip(institution.GROUPS, institution.GROUPS, strict=True)),
        "kind": {each: each.replace("_", " ") for each in Kind},
        "level": institution.LEVELS,
        "region": institution.REGIONS,
        "status": institution.STATUSES,
    }
    for code, name in english[kind].items():
        names = {
            each: catalogue.text(name) for each, catalogue in site.catalogues.items()
        }
        yield NamedCode(kind=kind, code=str(code), names=names)


async def _large(session: AsyncSession, kind: str, search: str) -> list[NamedCode]:
    """Return organisations or tags whose code or name has the text of a search."""
    if kind == "tag":
        tags = await session.scalars(
            select(ContactTag.tag)
            .where(_has(search, ContactTag.tag))
            .distinct()
            .order_by(ContactTag.tag)
            .limit(MANY)
        )
        return [NamedCode(kind=kind, code=tag, names={}) for tag in tags]
    rows = await session.execute(
        select(Organisation.code, Organisation.name, Organisation.names)
        .where(
            Organisation.retired_at.is_(None),
            _has(search, Organisation.code, Organisation.name, Organisation.acronym),
        )
        .order_by(Organisation.code)
        .limit(MANY)
    )
    return [
        NamedCode(kind=kind, code=code, names={"en": name, **names})
        for code, name, names in rows
    ]


def _has(search: str, *columns: Any) -> ColumnElement[bool]:
    wanted = organisations.folded(search.strip())
    return or_(
        *(func.lower(each).contains(wanted, autoescape=True) for each in columns)
    )
