"""Says what cells hold in words: the names of codes, not the codes.

Cells are those of lists, of the directory, and of the details of acts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.naming.values import Values
from mailer.campaigns.writing.drafting import beginning
from mailer.rendering.language.catalogues import Catalogue
from mailer.reports.record import details
from mailer.web.console.guard import Visit
from mailer.web.console.rules import naming
from mailer.web.console.rules.naming import Found, NameLookup, RuleTeller

# cell → where its codes come from; other cells hold words
CODES: Mapping[str, Values] = {
    "kind": Values.KIND,
    "status": Values.STATUS,
    "level": Values.LEVEL,
    "country": Values.COUNTRY,
    "acts_in": Values.COUNTRY,
    "serves": Values.COUNTRY,
    "fields": Values.FIELD,
    "languages": Values.LANGUAGE,
    "organisation_languages": Values.LANGUAGE,
    "roles": Values.ROLE,
}
# the same of the details of acts, and of their objects
OF_ACTS: Mapping[str, Values] = {
    **CODES,
    "language": Values.LANGUAGE,
    "role": Values.ROLE,
    "organisation": Values.ORGANISATION,
    "topic": Values.TOPIC,
    "topics": Values.TOPIC,
    "theme": Values.THEME,
    "themes": Values.THEME,
    "parent": Values.THEME,
    "sector": Values.SECTOR,
    "sectors": Values.SECTOR,
    "office": Values.OFFICE,
}
RULES = frozenset({"audience", "rule"})  # cells with the rule of some readers
TYPE = "letter_type"  # a cell with the name of a letter type
BODIES = frozenset({Values.ORGANISATION, Values.OFFICE})  # too many to load them all
PLAIN = frozenset({Values.LANGUAGE, Values.ROLE})  # names without a comma


@dataclass(frozen=True, kw_only=True, slots=True)
class CellNames:
    """The names of the codes that some cells hold, in the language of a page."""

    words: Catalogue
    names: Mapping[str, Found]  # by cell, codes without case
    teller: RuleTeller | None = None  # of cells that hold rules

    def has(self, cell: str) -> bool:
        """Return whether a cell holds codes or a rule."""
        return cell in self.names or (self.teller is not None and cell in RULES)

    def said(self, cell: str, value: str | Sequence[str] | None) -> str:
        """Return what a cell holds in words; a code without a name stays. May be ""."""
        if self.teller and cell in RULES and isinstance(value, str):
            return self.teller.who(value) or value
        known = self.names.get(cell)
        if known is None:
            return value if isinstance(value, str) else self.words.row(value or ())
        codes = value.split() if isinstance(value, str) else value or ()
        if isinstance(value, str) and not any(x.casefold() in known for x in codes):
            return value
        plain = OF_ACTS.get(cell) in PLAIN
        joined = self.words.row if plain else self.words.enumerated
        return joined([known.get(x.casefold(), x) for x in codes])


async def load(
    asked: Visit,
    session: AsyncSession,
    cells: Iterable[str] = CODES,
    bodies: Sequence[str] = (),
) -> CellNames:
    """Return the names of the codes that these cells may hold.

    Of organisations only those of `bodies`, which are codes, are named.
    """
    lookup, held = NameLookup(asked.site, session, asked.language), {*cells}
    wanted = {each: OF_ACTS[each] for each in held if each in OF_ACTS}
    found = {
        values: await lookup.of(values, bodies if values in BODIES else [])
        for values in {*wanted.values()}
        if bodies or values not in BODIES
    }
    names = {each: found[of] for each, of in wanted.items() if of in found}
    if TYPE in held:
        types = beginning.types(asked.site)
        titles = {x.name.casefold(): asked.words.text(x.title) for x in types}
        names[TYPE] = titles
    return CellNames(words=asked.words, names=names)


async def of_acts(
    asked: Visit, session: AsyncSession, acts: Iterable[tuple[str, Mapping[str, Any]]]
) -> CellNames:
    """Return the names of what some acts are about, and of what they changed.

    An act is its object, as the record names it, and its detail.
    """
    held: set[str] = set()
    texts: dict[str, set[str]] = {}
    for about, detail in acts:
        kind, _, name = about.partition(" ")
        held.add(kind)
        texts.setdefault(kind, set()).add(name)
        for each in details.parts(about, detail):
            cell = each.key.partition(" ")[0]
            held.add(cell)
            said = {x for x in (each.before, each.after) if isinstance(x, str)}
            texts.setdefault(cell, set()).update(said)
    bodies = {
        x for cell, of in OF_ACTS.items() if of in BODIES for x in texts.get(cell, ())
    }
    rules = [text for cell in sorted(RULES) for text in sorted(texts.get(cell, ()))]
    found = await load(asked, session, held, sorted(bodies))
    return replace(found, teller=await naming.for_page(asked, session, *rules))
