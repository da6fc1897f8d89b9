"""Reads what the values of rules are called, and tells rules in a page's language."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from audiences import directory, topics
from audiences.errors import RuleError
from audiences.institution import LEVELS, REGIONS, STATUSES
from audiences.languages import OFFERED, name_in
from audiences.naming.values import Values
from audiences.people import site_roles
from audiences.segments import facts, grammar, rules, saved, vocabularies
from audiences.segments.rules import Collection, Leaf, Rule, Test, Word
from mailer.rendering.entry import role_name
from mailer.sites.site import Site
from mailer.web.console import strings
from mailer.web.console.guard import Visit
from mailer.web.console.names.directory_names import KINDS
from mailer.web.console.rules import clauses, telling
from mailer.web.console.rules.clauses import RuleWords
from mailer.web.console.rules.telling import ToldRule

ANSWERS = {
    "yes": "yes",
    "no": "no",
    "perhaps": "perhaps",
    "delegated": "somebody else comes",
}
STRINGS = tuple(ANSWERS.values())
Found = dict[str, str]  # code without case → name


@dataclass(frozen=True, kw_only=True)
class RuleTeller:
    """Tells some rules of a site in one language."""

    parsed: Mapping[str, Rule]
    known: RuleWords

    def told(self, text: str) -> ToldRule | None:
        """Return a rule in words; None for one that cannot be read."""
        rule = self.parsed.get(text)
        return telling.told(rule, self.known) if rule else None

    def who(self, *texts: str) -> str:
        """Return whom rules pick: “those who …”; empty if one cannot be read."""
        found = [self.parsed[text] for text in texts if text in self.parsed]
        if len(found) < len(texts):
            return ""
        said = [telling.people_of(rule, self.known) for rule in found]
        return self.known.words.text("; ").join(said)

    def changes(self, before: str, after: str) -> Sequence[str]:
        """Return what a change makes of the readers; empty if it cannot be told."""
        old, new = self.parsed.get(before), self.parsed.get(after)
        return telling.changes(old, new, self.known) if old and new else []


async def teller(
    site: Site,
    session: AsyncSession,
    texts: Iterable[str | None],
    language: str,
    today: date,
) -> RuleTeller:
    """Return what tells these rules; a text that is no rule is left out."""
    wanted = dict.fromkeys(each for each in texts if each)
    parsed = {text: rule for text in wanted if (rule := _parsed(text)) is not None}
    others = [text for text in wanted if text not in parsed]
    if others:
        parsed |= await _saved(session, others)
    leaves = [leaf for rule in parsed.values() for leaf in rules.leaves(rule)]
    used: dict[Values, set[str]] = {}
    for values, word in _words(leaves):
        used.setdefault(values, set()).add(word)
    named = NameLookup(site, session, language)
    names = {values: await named.of(values, [*words]) for values, words in used.items()}
    await _resolve(session, used, names)
    return RuleTeller(
        parsed=parsed,
        known=RuleWords(words=strings.of(site, language), names=names, today=today),
    )


async def for_page(
    asked: Visit, session: AsyncSession, *texts: str | None
) -> RuleTeller:
    """Return what tells these rules in the language of a user's page."""
    return await teller(asked.site, session, texts, asked.language, asked.now.date())


def _parsed(text: str) -> Rule | None:
    try:
        rule = grammar.parse(text)
    except RuleError:
        return None
    return rule if all(map(clauses.is_known, rules.leaves(rule))) else None


async def _saved(session: AsyncSession, texts: Iterable[str]) -> dict[str, Rule]:
    """Return the texts that are the names of saved rules, as rules."""
    known = {each.name for each in await saved.listed(session)}
    return {
        text: Test(
            name="segment",
            argument=Word(text=text.strip(), column=1),
            column=1,
            text=text,
        )
        for text in texts
        if text.strip() in known
    }


def _words(leaves: Iterable[Leaf]) -> Iterator[tuple[Values, str]]:
    """Yield each word of some clauses, with its vocabulary."""
    for leaf in leaves:
        if isinstance(leaf, Test):
            yield facts.TESTS[leaf.name].takes, leaf.argument.text
            continue
        for value in leaf.values:
            if isinstance(value, Collection):
                takes = facts.COLLECTIONS[value.function].takes
                yield from ((takes, each.text) for each in value.arguments)
            else:
                yield facts.FACTS[leaf.fact].values, value.text


async def _resolve(
    session: AsyncSession,
    used: Mapping[Values, Iterable[str]],
    names: Mapping[Values, Found],
) -> None:
    """Give words that are names of another language the name in this one."""
    strange = [
        (values, word)
        for values, words in used.items()
        for word in words
        if names[values] and word.casefold() not in names[values]
    ]
    if not strange:
        return
    vocabulary = await vocabularies.load(session)
    for values, word in strange:
        for code in vocabulary.codes(word, values)[:1]:
            name = names[values].get(code.casefold())
            if name is not None:
                names[values][word.casefold()] = name


@dataclass(frozen=True)
class NameLookup:
    """Looks names up in one language."""

    site: Site
    session: AsyncSession
    language: str

    async def of(self, values: Values, words: Sequence[str]) -> Found:
        """Return the names of one vocabulary; empty where words are names already."""
        named = await self._stored(values, words)
        if named is None:
            named = self._fixed(values)
        return {code.casefold(): name for code, name in named.items()}

    async def _stored(
        self, values: Values, words: Sequence[str]
    ) -> Mapping[str, str] | None:
        session, language = self.session, self.language
        match values:
            case Values.COUNTRY:
                found = await directory.country_names(session)
            case Values.FIELD | Values.THEME | Values.SECTOR:
                found = await directory.subject_names(session)
            case Values.ORGANISATION | Values.OFFICE:
                found = await directory.body_names(session, words)
            case Values.TOPIC:
                found = {x.code: x.names for x in await topics.listed(session)}
            case Values.ROLE:
                catalogue = self.site.catalogue(language)
                return {
                    each.code: role_name(each.code, each.names, catalogue)
                    for each in await site_roles.load(session)
                }
            case _:
                return None
        return {code: name_in(x, language, code) for code, x in found.items()}

    def _fixed(self, values: Values) -> Mapping[str, str]:
        words = strings.of(self.site, self.language)
        institution = self.site.catalogue(self.language)
        match values:
            case Values.KIND:
                return {str(code): words.text(x) for code, x in KINDS.items()}
            case Values.ANSWER:
                return {code: words.text(x) for code, x in ANSWERS.items()}
            case Values.LANGUAGE:
                return {code: words.language_name(code) for code in OFFERED}
            case Values.STATUS:
                fixed = STATUSES
            case Values.LEVEL:
                fixed = LEVELS
            case Values.REGION:
                fixed = REGIONS
            case _:
                return {}
        return {code: institution.text(x) for code, x in fixed.items()}
