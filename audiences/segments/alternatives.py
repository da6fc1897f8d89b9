"""Splits a rule into ways to match it: lists of clauses that must all hold.

This is the disjunctive normal form, except that a negated rule stays one clause.
`kind in (a, b)` gives two ways. A saved segment is replaced by its rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from audiences.segments import grammar, rules
from audiences.segments.compiler import MAX_CLAUSES
from audiences.segments.rules import Operator, Rule

MAX_WAYS = 24
Way = tuple[Rule, ...]


def alternatives(text: str, segments: Mapping[str, str]) -> list[Way]:
    """Return the ways to match a rule, in the order of its text.

    Empty when there are more than MAX_WAYS. `segments` are the saved rules by name.
    Raises RuleError when a rule cannot be parsed.
    """
    try:
        return _Splitter(segments).ways(grammar.parse(segments.get(text.strip(), text)))
    except _TooManyError:
        return []


class _TooManyError(Exception):
    """A rule has more than MAX_WAYS ways to match it."""


class _Splitter:
    """Splits rules into ways, each saved rule once."""

    def __init__(self, segments: Mapping[str, str]) -> None:
        self._segments = segments
        self._saved: dict[str, list[Way] | None] = {}  # None: being split

    def ways(self, rule: Rule) -> list[Way]:
        match rule:
            case rules.Any(rules=parts):
                found: list[Way] = []
                for part in parts:
                    found += self.ways(part)
                    _bound(len(found))
                return found
            case rules.All(rules=parts):
                return self._combine(parts)
            case rules.Test(name="segment"):
                return self._of_saved(rule)
            case rules.Comparison(fact="kind", operator=Operator.IN):
                _bound(len(rule.values))
                return [(replace(rule, values=(value,)),) for value in rule.values]
            case _:
                return [(rule,)]

    def _of_saved(self, rule: rules.Test) -> list[Way]:
        name = rule.argument.text
        saved = self._segments.get(name)
        if saved is None:
            return [(rule,)]
        if name not in self._saved:
            self._saved[name] = None
            self._saved[name] = self.ways(grammar.parse(saved))
        known = self._saved[name]
        return [(rule,)] if known is None else known  # a circle is one clause

    def _combine(self, parts: Sequence[Rule]) -> list[Way]:
        """Return the ways to match all parts, given the ways to match each."""
        combined: list[Way] = [()]
        for part in parts:
            ways = self.ways(part)
            _bound(len(combined) * len(ways))
            combined = [(*one, *other) for one, other in product(combined, ways)]
            _bound(max(map(len, combined)) // MAX_CLAUSES * (MAX_WAYS + 1))
        return combined


def _bound(number: int) -> None:
    if number > MAX_WAYS:
        raise _TooManyError
