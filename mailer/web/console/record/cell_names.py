"""Says what cells of the directory hold in words: the names of codes, not the codes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.naming.values import Values
from mailer.rendering.language.catalogues import Catalogue
from mailer.web.console.guard import Visit
from mailer.web.console.rules.naming import Found, NameLookup

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
PLAIN = frozenset({Values.LANGUAGE, Values.ROLE})  # names without a comma


@dataclass(frozen=True, kw_only=True, slots=True)
class CellNames:
    """The names of the codes that some cells hold, in the language of a page."""

    words: Catalogue
    names: Mapping[str, Found]  # by cell, codes without case

    def said(self, cell: str, value: str | Sequence[str] | None) -> str:
        """Return what a cell holds in words; a code without a name stays. May be ""."""
        known = self.names.get(cell)
        if known is None:
            return value if isinstance(value, str) else self.words.row(value or ())
        codes = value.split() if isinstance(value, str) else value or ()
        joined = self.words.row if CODES[cell] in PLAIN else self.words.enumerated
        return joined([known.get(x.casefold(), x) for x in codes])


async def load(
    asked: Visit, session: AsyncSession, cells: Iterable[str] = CODES
) -> CellNames:
    """Return the names of the codes that these cells may hold."""
    lookup = NameLookup(asked.site, session, asked.language)
    wanted = {each: CODES[each] for each in cells if each in CODES}
    found = {values: await lookup.of(values, []) for values in {*wanted.values()}}
    return CellNames(
        words=asked.words, names={each: found[wanted[each]] for each in wanted}
    )
