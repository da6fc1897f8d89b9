"""Says in the words of a page why a person is among the readers of a rule, or not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from audiences.naming.values import Values
from audiences.segments.explanation import Clause
from mailer.web.console.rules.naming import RuleTeller

_FACT = re.compile(r"(\w+) is (.+)")
_TOPIC = re.compile(r"the subscription to (\S+) ")
_NOT_KNOWN = {"not known": "that is not known", "never": "that never was"}
STRINGS = tuple(_NOT_KNOWN.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownClause:
    """A clause as a page shows it; `because` is empty where it has no words for it."""

    clause: Clause
    asks: str
    because: str


def rules_of(clauses: Sequence[Clause]) -> list[str]:
    """Return the text of each clause, and of what is known of the person."""
    known = (rule for each in clauses for rule in _known(each))
    return [*(each.clause for each in clauses), *known]


def shown(clauses: Sequence[Clause], teller: RuleTeller) -> list[ShownClause]:
    """Return clauses with their words, for a teller of their rules."""
    return [
        ShownClause(
            clause=replace(each, because=_named(each.because, teller)),
            asks=teller.who(each.clause),
            because=teller.who(*_known(each)) or _unknown(each, teller),
        )
        for each in clauses
    ]


def _named(because: str, teller: RuleTeller) -> str:
    """Return what is known of a person, with the name of its topic."""
    found = _TOPIC.match(because)
    names = teller.known.names.get(Values.TOPIC, {})
    name = names.get(found[1].casefold()) if found else None
    if found is None or not name:
        return because
    return because.replace(f" {found[1]} ", f" {name} ", 1)


def _unknown(clause: Clause, teller: RuleTeller) -> str:
    """Return that a fact of a person is not known; empty if it is."""
    found = _FACT.fullmatch(clause.because)
    sentence = _NOT_KNOWN.get(found[2]) if found else None
    return teller.known.words.text(sentence) if sentence else ""


def _known(clause: Clause) -> Iterator[str]:
    """Yield what is known of a person as rules, one for each value."""
    found = _FACT.fullmatch(clause.because)
    if found is None or found[2] in _NOT_KNOWN or '"' in found[2]:
        return
    for value in found[2].split(", "):
        yield f'{found[1]} = "{value}"'
