"""The words that rules and imports can use: fixed lists, and codes of the directory.

`Vocabulary.resolve` refuses an unknown word, and suggests a similar one.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from audiences import institution, languages, organisations
from audiences.contacts import any_further
from audiences.errors import RuleError
from audiences.naming import names
from audiences.naming.names import Names
from audiences.naming.values import Values
from audiences.organisations import Country, Organisation, Theme
from audiences.people import kept_lists, site_roles
from audiences.people.site_roles import Roles
from audiences.segments.saved import SavedSegment, latest
from audiences.store import past
from audiences.store.past import Past, PastWords
from audiences.topics import Topic


@dataclass(frozen=True, kw_only=True, slots=True)
class CountryTraits:
    """The region and electoral group of a country."""

    region: str
    group: str | None


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """All words that rules can use, read once for any number of rules."""

    countries: Mapping[str, CountryTraits] = field(default_factory=dict)  # by code
    themes: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # code → sectors
    sectors: Collection[str] = ()
    offices: Collection[str] = ()
    topics: Collection[str] = ()
    roles: Roles = field(default_factory=Roles)
    segments: Mapping[str, str] = field(default_factory=dict)  # name → rule
    # code → the day it retired; refused for new use
    retired: Mapping[Values, Mapping[str, datetime]] = field(default_factory=dict)
    names: Names | None = None  # of countries, languages and others
    kept: Collection[str] = ()  # names of kept lists
    past: Past | None = None  # facts of earlier letters
    past_words: PastWords = field(
        default_factory=PastWords
    )  # what rules may name of them
    # whether any contact has a further membership; else rules do not look for them
    further_memberships: bool = False
    _spellings: dict[Values, dict[str, str]] = field(
        default_factory=dict, init=False, compare=False
    )  # word without case → as the store spells it, of the vocabularies asked for

    def known(self, values: Values) -> Collection[str]:
        """Return the words of one vocabulary; empty when any word is allowed."""
        lists: dict[Values, Collection[str]] = {
            Values.KIND: tuple(organisations.Kind),
            Values.STATUS: tuple(organisations.Status),
            Values.LEVEL: tuple(organisations.Level),
            Values.ROLE: tuple(each.code for each in self.roles),
            Values.REGION: tuple(institution.REGIONS),
            Values.GROUP: institution.GROUPS,
            Values.COUNTRY: self.countries,
            Values.SECTOR: self.sectors,
            Values.FIELD: {*self.themes, *self.sectors},
            Values.THEME: self.themes,
            Values.OFFICE: self.offices,
            Values.TOPIC: self.topics,
            Values.SEGMENT: self.segments,
            Values.KEPT: self.kept,
            Values.CAMPAIGN: self.past_words.campaigns,
            Values.EVENT: self.past_words.events,
            Values.ANSWER: self.past_words.answers,
        }
        return lists.get(values, ())

    def offered(self, values: Values) -> Collection[str]:
        """Return the words of one vocabulary without those that are retired."""
        return [
            each for each in self.known(values) if self.retired_on(each, values) is None
        ]

    def retired_on(self, code: str, values: Values) -> datetime | None:
        """Return when a code as the store spells it retired; None: it is in use."""
        fields = (Values.THEME, Values.SECTOR)
        kinds = fields if values is Values.FIELD else (values,)
        days = (self.retired.get(each, {}).get(code) for each in kinds)
        return next((day for day in days if day is not None), None)

    def resolve(self, text: str, values: Values, *, rule: str, column: int) -> str:
        """Return a word as the store spells it, or the code of what a name stands for.

        Raises RuleError, with `rule` and `column`, when the word is unknown.
        """
        if values in {Values.ORGANISATION, Values.TAG}:  # `named` checks these
            return text
        if values is Values.LANGUAGE:
            return _language(text, rule=rule, column=column)
        codes = self.codes(text, values)
        if len(codes) > 1:
            reason = f"{text!r} may be {' or '.join(codes)}; write the code"
            raise RuleError(rule, column, reason)
        if not codes:
            near = suggestion(text, self.offered(values))
            reason = f"no {values} is called {text!r}{near}"
            raise RuleError(rule, column, reason)
        return codes[0]

    def codes(self, text: str, values: Values) -> list[str]:
        """Return the words of a vocabulary that a word or a name stands for."""
        spelled = self.spelled(values)
        word = spelled.get(text) or spelled.get(text.casefold())
        if word is not None:
            return [word]
        named = self.names.codes(text, values) if self.names else set()
        return sorted(named.intersection(spelled.values()))

    def spelled(self, values: Values) -> Mapping[str, str]:
        """Return the words of one vocabulary, by themselves and without case."""
        if values not in self._spellings:
            words = self.known(values)
            self._spellings[values] = {
                **{each.casefold(): each for each in words},
                **{each: each for each in words},
            }
        return self._spellings[values]


def _language(text: str, *, rule: str, column: int) -> str:
    """Return the tag of a language that a rule names by a tag, a code or a name."""
    named = names.language(text)
    if named is not None:
        return named
    try:
        return languages.tag(text)
    except languages.LanguageError as fault:
        raise RuleError(rule, column, str(fault)) from None


def suggestion(text: str, known: Collection[str]) -> str:
    """Return a hint for an unknown word: a similar word, or a short list, or ""."""
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(text.casefold(), folded, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {folded[near[0]]}?"
    few = 12
    if known and len(known) <= few:
        return f"; there are {', '.join(known)}"
    return ""


async def _retired(
    session: AsyncSession, table: type[Topic] | type[Theme]
) -> dict[str, datetime]:
    rows = await session.execute(
        select(table.code, table.retired_at).where(table.retired_at.is_not(None))
    )
    return {code: day for code, day in rows if day is not None}


async def _bodies(
    session: AsyncSession,
) -> tuple[dict[str, set[str]], dict[str, dict[str, datetime]]]:
    """Return the codes of sectors and offices, and the days on which some retired."""
    bodies = await session.execute(
        select(Organisation.code, Organisation.kind, Organisation.retired_at).where(
            Organisation.kind.in_(
                [organisations.Kind.SECTOR, organisations.Kind.FIELD_OFFICE]
            )
        )
    )
    codes: dict[str, set[str]] = {"sector": set(), "field_office": set()}
    retired: dict[str, dict[str, datetime]] = {"sector": {}, "field_office": {}}
    for code, kind, day in bodies:
        codes[kind].add(code)
        if day is not None:
            retired[kind][code] = day
    return codes, retired


async def load(session: AsyncSession) -> Vocabulary:
    """Read the vocabulary of the store."""
    countries = await session.execute(
        select(Country.code, Country.region, Country.electoral_group)
    )
    themes = await session.execute(select(Theme.code, Theme.sectors))
    codes, retired = await _bodies(session)
    sectors_of = {code: tuple(sectors.split()) for code, sectors in themes}
    handed = past.of(session)
    known_roles = await site_roles.load(session)
    saved = await session.execute(latest(SavedSegment.name, SavedSegment.rule))
    return Vocabulary(
        countries={c: CountryTraits(region=r, group=g) for c, r, g in countries},
        themes=sectors_of,
        sectors=sorted(
            codes["sector"] | {s for each in sectors_of.values() for s in each}
        ),
        offices=sorted(codes["field_office"]),
        topics=sorted(await session.scalars(select(Topic.code))),
        roles=known_roles,
        segments={name: rule for name, rule in saved},
        names=await names.load(session, known_roles),
        retired={
            Values.TOPIC: await _retired(session, Topic),
            Values.THEME: await _retired(session, Theme),
            Values.SECTOR: retired["sector"],
            Values.OFFICE: retired["field_office"],
            Values.ROLE: {
                each.code: each.retired_at
                for each in known_roles.retired()
                if each.retired_at is not None
            },
        },
        kept=await kept_lists.names(session),
        past=handed,
        past_words=await handed.words(session) if handed else PastWords(),
        further_memberships=await any_further(session),
    )
