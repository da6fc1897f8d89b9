"""Splits a rule into ways to match it: lists of clauses that must all hold.

This is the disjunctive normal form, except that a negated rule stays one clause.
`kind in (a, b)` gives two ways. A saved segment is replaced by its rule.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from audiences.segments import grammar, rules
from audiences.segments.rules import Operator, Rule

MAX_WAYS = 24
Way = tuple[Rule, ...]


def alternatives(text: str, segments: Mapping[str, str]) -> list[Way]:
    """Return the ways to match a rule, in the order of its text.

    Empty when there are more than MAX_WAYS. `segments` are the saved rules by name.
    Raises RuleError when a rule cannot be parsed.
    """
    ways = _ways(grammar.parse(segments.get(text.strip(), text)), segments, depth=0)
    return ways if len(ways) <= MAX_WAYS else []


def _ways(rule: Rule, segments: Mapping[str, str], depth: int) -> list[Way]:
    match rule:
        case rules.Any(rules=parts):
            return [way for part in parts for way in _ways(part, segments, depth)]
        case rules.All(rules=parts):
            return _combine([_ways(part, segments, depth) for part in parts])
        case rules.Test(name="segment") if depth < grammar.MAX_DEPTH:
            saved = segments.get(rule.argument.text)
            if saved is None:
                return [(rule,)]
            return _ways(grammar.parse(saved), segments, depth + 1)
        case rules.Comparison(fact="kind", operator=Operator.IN):
            return [(replace(rule, values=(value,)),) for value in rule.values]
        case _:
            return [(rule,)]


def _combine(ways: list[list[Way]]) -> list[Way]:
    """Return the ways to match all parts, given the ways to match each."""
    combined: list[Way] = [()]
    for each in ways:
        if len(combined) * len(each) > MAX_WAYS:
            return [()] * (MAX_WAYS + 1)  # too many; the caller returns none
        combined = [(*one, *other) for one, other in product(combined, each)]
    return combined
