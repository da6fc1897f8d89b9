"""The ways into a rule: each a list of clauses that hold together.

`kind in (a, b)` is two ways, and a saved segment is read in its place. What is denied
stays a clause of its own. A rule with too many ways has none that could be told.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from audiences.segments import grammar, rules
from audiences.segments.rules import Operator, Rule

MOST = 24
Way = tuple[Rule, ...]


def alternatives(text: str, segments: Mapping[str, str]) -> list[Way]:
    """Return the ways into a rule, in the order they are written; [] if too many."""
    ways = _ways(grammar.parse(segments.get(text.strip(), text)), segments, depth=0)
    return ways if len(ways) <= MOST else []


def _ways(rule: Rule, segments: Mapping[str, str], depth: int) -> list[Way]:
    match rule:
        case rules.Any(rules=parts):
            return [way for part in parts for way in _ways(part, segments, depth)]
        case rules.All(rules=parts):
            return _together([_ways(part, segments, depth) for part in parts])
        case rules.Test(name="segment") if depth < grammar.MAX_DEPTH:
            saved = segments.get(rule.argument.text)
            if saved is None:
                return [(rule,)]
            return _ways(grammar.parse(saved), segments, depth + 1)
        case rules.Comparison(fact="kind", operator=Operator.IN):
            return [(replace(rule, values=(value,)),) for value in rule.values]
        case _:
            return [(rule,)]


def _together(ways: list[list[Way]]) -> list[Way]:
    """Combine the ways of parts that must all hold, as far as they can be told."""
    combined: list[Way] = [()]
    for each in ways:
        if len(combined) * len(each) > MOST:
            return [()] * (MOST + 1)
        combined = [(*one, *other) for one, other in product(combined, each)]
    return combined
