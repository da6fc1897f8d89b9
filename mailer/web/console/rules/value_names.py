"""The values of a rule's form by the names of a page's language, and back as codes.

A rule holds codes, such as `field_office`; its form shows and takes what they are
called. A code is taken, too, and a name that two codes have is not shown.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from audiences.languages import OFFERED
from audiences.naming.values import Values
from audiences.segments import facts
from audiences.segments.vocabularies import Vocabulary
from mailer.web.console.rules import sentence
from mailer.web.console.rules.naming import NameLookup
from mailer.web.console.rules.sentence import Row

# those with few codes, or codes that have names; the others are typed as they are
NAMED = (
    *(Values.KIND, Values.STATUS, Values.LEVEL, Values.ROLE, Values.COUNTRY),
    *(Values.REGION, Values.SECTOR, Values.OFFICE, Values.FIELD, Values.TOPIC),
    Values.LANGUAGE,
)
KINDS: Mapping[str, Values] = {
    **{name: fact.values for name, fact in facts.FACTS.items()},
    **{name: test.takes for name, test in facts.TESTS.items()},
}


@dataclass(frozen=True)
class ValueNames:
    """The names of values, by their vocabulary and code."""

    names: Mapping[Values, Mapping[str, str]]
    retired: Mapping[Values, Collection[str]]  # codes with a name that are not offered

    def shown(self, row: Row) -> Row:
        """Return a row of a form with names for codes."""
        names = {code.casefold(): _written(x) for code, x in self._of(row).items()}
        return _changed(row, lambda each: names.get(each.casefold(), each))

    def read(self, row: Row) -> Row:
        """Return a row as it was typed with codes for names."""
        codes = {_plain(name): code for code, name in self._of(row).items()}

        def code_of(typed: str) -> str:
            return codes.get(_plain(typed.strip('"')), typed)

        return _changed(row, code_of) if codes else row

    def offered(self, fact: str) -> list[str]:
        """Return the names that a fact may have, in their order."""
        values = KINDS[fact]
        retired = self.retired.get(values, ())
        found = (n for c, n in self.names.get(values, {}).items() if c not in retired)
        return sorted((_written(each) for each in found), key=str.casefold)

    def _of(self, row: Row) -> Mapping[str, str]:
        return self.names.get(KINDS[row.fact], {}) if row.fact in KINDS else {}


def _changed(row: Row, change: Callable[[str], str]) -> Row:
    values = ", ".join(change(each) for each in sentence.values_of(row.values))
    return replace(row, values=values)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _written(name: str) -> str:
    """Return a name as one value; with a comma it is between quotation marks."""
    return f'"{name}"' if {*sentence.COMMAS, "("} & {*name} else name


async def load(named: NameLookup, vocabulary: Vocabulary) -> ValueNames:
    """Return the names of all values that have one, each of one code only."""
    found, retired = {}, {}
    for values in NAMED:
        every = vocabulary.known(values)
        retired[values] = {*every} - {*vocabulary.offered(values)}
        codes = OFFERED if values is Values.LANGUAGE else sorted(map(str, every))
        known = await named.of(values, codes)
        names = {
            code: known[code.casefold()] for code in codes if code.casefold() in known
        }
        found[values] = dict(_unmistakable(names, retired[values]))
    return ValueNames(found, retired)


def _unmistakable(
    known: Mapping[str, str], retired: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield each code that alone has its name, one in use before retired ones."""
    in_use = {_plain(name) for code, name in known.items() if code not in retired}
    names = {
        code: name
        for code, name in known.items()
        if code not in retired or _plain(name) not in in_use
    }
    often = Counter(_plain(name) for name in names.values() if name)
    codes = {code.casefold() for code in names}
    for code, name in names.items():
        plain = _plain(name)
        is_a_code = plain in codes and plain != code.casefold()
        if often[plain] == 1 and not is_a_code and '"' not in name and "(" not in code:
            yield code, name
