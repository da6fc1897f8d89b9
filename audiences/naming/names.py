"""Finds the code that a name stands for: of a country, a language, a field of work.

The names are those of the directory in six languages, of the locale data (CLDR, in
Babel) in eight, and of synonyms.toml. They are compared folded.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

from babel import Locale
from babel.core import get_global
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import institution, languages
from audiences.languages import OFFERED
from audiences.naming import folding, states
from audiences.naming.values import Values
from audiences.organisations import Country, Kind, Organisation, Theme
from audiences.people.site_roles import Roles
from audiences.reference.load import rows

_LOCALES = (*OFFERED, "de", "pt")
_BRACKETS = re.compile(r"\s{0,9}[(（\[][^()（）\[\]]*[)）\]]")
_SECTIONS = {
    Values.COUNTRY: "countries",
    Values.KIND: "kinds",
    Values.ROLE: "roles",
    Values.STATUS: "statuses",
    Values.LEVEL: "levels",
}
Index = dict[str, set[str]]  # folded name → codes
Vocabularies = Mapping[Values, Mapping[str, Iterable[str]]]  # code → names


class Names:
    """The names of one directory."""

    def __init__(self, named: Vocabularies, minor: Vocabularies) -> None:
        """Keep the names of the directory; those of `minor` unless another has them."""
        self._named, self._minor = named, minor
        self._indexes: dict[Values, Index] = {}

    def codes(self, text: str, values: Values) -> set[str]:
        """Return the codes that a name stands for: none, one, or several."""
        if values not in self._indexes:
            self._indexes[values] = self._index(values)
        index = self._indexes[values]
        key = folding.key(text)
        if key not in index and values is Values.COUNTRY:
            key = states.key(text)
        return index.get(key) or set()

    def _index(self, values: Values) -> Index:
        index: Index = {}
        named, minor = self._named.get(values, {}), self._minor.get(values, {})
        for code, names in named.items():
            _add(index, code, names)
        taken = {folding.key(each) for names in named.values() for each in names}
        for code, names in minor.items():
            free = [each for each in names if folding.key(each) not in taken]
            _add(index, code, free)
        known = named.keys() | minor.keys()
        for code, names in _published(values).items():
            if not known or code in known:
                _add(index, code, names)
        if values is Values.COUNTRY:
            _add_states(index)
            for name, several in _synonyms()["ambiguous"].items():
                index[folding.key(name)] = set(several)
        return index


def _add(index: Index, code: str, names: Iterable[str]) -> None:
    """Add names, each also without what is in brackets unless that is another's."""
    for name in names:
        for form in {name, _BRACKETS.sub("", name)}:
            if form:
                index.setdefault(folding.key(form), set()).add(code)


def _add_states(index: Index) -> None:
    """Add names without the words for their form of state, unless they are others'."""
    bare: Index = {}
    for key, codes in index.items():
        bare.setdefault(states.key(key), set()).update(codes)
    for key, codes in bare.items():
        index.setdefault(key, codes)


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, dict[str, list[str]]]:
    path = resources.files("audiences.naming").joinpath("synonyms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def _published(values: Values) -> Mapping[str, list[str]]:
    """Return names that every directory knows, by code."""
    names: dict[str, list[str]] = {}
    if values is Values.COUNTRY:
        for file in ("member_states.csv", "other_countries.csv"):
            for row in rows(file):
                names.setdefault(row["iso2"], []).append(row["iso3"])
        for locale in _LOCALES:
            for code, name in Locale.parse(locale).territories.items():
                names.setdefault(code, []).append(name)
    for code, more in _synonyms().get(_SECTIONS.get(values, ""), {}).items():
        names.setdefault(code, []).extend([code, *more])
    return names


@lru_cache(maxsize=1)
def _languages() -> Index:
    index: Index = {}
    for locale in _LOCALES:
        for code, name in Locale.parse(locale).languages.items():
            _add(index, code, [name])
    for code, more in _synonyms()["languages"].items():
        for name in more:
            index[folding.key(name)] = {code}
    return index


def language(text: str) -> str | None:
    """Return the tag that a tag, a code of ISO 639, a locale or a name stands for.

    The region of a locale such as `fr_FR` is left out, and of a tag the usual region of
    its language: letters are written in a language, and tags match whole. None when
    the text is not understood.
    """
    try:
        tag = languages.tag(text.replace("_", "-").partition(".")[0])
    except languages.LanguageError:
        named = _languages().get(folding.key(text), set())
        if len(named) != 1:
            return None
        return language(next(iter(named)))
    base, *parts = tag.split("-")
    aliases = get_global("language_aliases")
    base = str(aliases.get(base, base)).partition("_")[0]
    if base not in Locale.parse("en").languages:
        return None
    region = next((each for each in parts if each.isupper()), "")
    parts = _without_region(base, parts, region, is_locale="_" in text)
    return "-".join([base, *parts])


def _without_region(
    base: str, parts: list[str], region: str, *, is_locale: bool
) -> list[str]:
    """Return the parts of a tag after the language; zh_TW gives the script Hant."""
    likely = get_global("likely_subtags")
    usual = str(likely.get(base, "__")).split("_")
    own = str(likely.get(f"{base}_{region}", "__")).split("_")
    script = own[1] if own[1] and own[1] != usual[1] else ""
    kept = [each for each in parts if each != region and each != usual[1]]
    if script and script not in kept:
        return [script, *kept]
    return kept if is_locale or script or region in {"", usual[2]} else [*kept, region]


async def load(session: AsyncSession, roles: Roles) -> Names:
    """Read the names of the directory's countries and fields; add those of roles."""
    countries = await session.execute(select(Country.code, Country.names))
    themes = await session.execute(select(Theme.code, Theme.labels))
    sectors = await session.execute(
        select(Organisation.code, Organisation.names).where(
            Organisation.kind == Kind.SECTOR
        )
    )
    fields: dict[str, list[str]] = {}
    for code, names in (*sectors, *institution.FIELDS.items()):
        fields.setdefault(code, []).extend(names.values())
    return Names(
        {
            Values.COUNTRY: {code: list(names.values()) for code, names in countries},
            Values.FIELD: fields,
            Values.ROLE: {each.code: list(each.names.values()) for each in roles},
        },
        # a name of a sector and a theme means the sector
        minor={Values.FIELD: {code: list(names.values()) for code, names in themes}},
    )
