"""A rule as rows of a form: groups of people, all of whom …, except …; and back.

The text of the rule stays the truth: rows become a text, which is parsed as any rule.
A rule that is nested more deeply has no rows, and is edited as text.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audiences.segments import facts, rules
from audiences.segments.rules import Leaf, Operator, Rule

ALL, EXCEPT = "all", "except"
MOST_GROUPS, MOST_ROWS = 5, 60
HOLDS = "holds"  # the sign of a question such as sub(topic)
PARTS: Mapping[str, str] = {
    **{f"group-{n}": "group %(number)s" for n in range(1, MOST_GROUPS + 1)},
    ALL: "all of whom",
    EXCEPT: "except those",
}
FACTS: Mapping[str, str] = {
    "kind": "kind of organisation",
    "status": "status of the NGO",
    "level": "reach of the NGO",
    "organisation": "organisation",
    "country": "country of the seat",
    "region": "region",
    "group": "electoral group",
    "fields": "fields of work",
    "acts_in": "countries of activity",
    "serves": "countries an office covers",
    "served_by": "office that covers them",
    "desk": "sector of the desk",
    "role": "role at the organisation",
    "tags": "tags",
    "lang": "first language",
    "last_confirmed": "entry last confirmed",
    "sub": "subscribed to the topic",
    "speaks": "reads the language",
    "segment": "in the saved rule",
}
SIGNS: Mapping[str, str] = {
    Operator.EQUAL: "is",
    Operator.UNEQUAL: "is not",
    Operator.IN: "is one of",
    Operator.NOT_IN: "is none of",
    Operator.HAS: "has",
    Operator.BEFORE: "before",
    Operator.UNTIL: "until",
    Operator.AFTER: "after",
    Operator.SINCE: "since",
    HOLDS: "as said",
}
STRINGS = (*PARTS.values(), *FACTS.values(), *SIGNS.values())
COMMAS = ",،，、"  # as keyboards of the six languages write them
_VALUES = re.compile(rf'\s*"[^"]*"|[^{COMMAS}("]+\([^)]*\)|[^{COMMAS}]+')
_READ_AS_IS = re.compile(
    r'"[^"\n]*"|[^\W_][\w.:-]*|[^\W_]\w*\s*\([^()"\n]*\)|today\s*[+−-]\s*\d{1,5}\s*d'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One condition: the part of the sentence it is in, its fact, sign and values."""

    part: str
    fact: str
    sign: str
    values: str


def rows(rule: Rule) -> list[Row] | None:
    """Return the conditions of a rule; None if it does not fit the sentence."""
    found: list[Row] = []
    for part in rule.rules if isinstance(rule, rules.All) else (rule,):
        match part:
            case rules.Comparison() | rules.Test():
                found.append(_row(ALL, part))
            case rules.Not(rule=inner):
                leaves = inner.rules if isinstance(inner, rules.Any) else (inner,)
                if not all(_is_leaf(each) for each in leaves):
                    return None
                found += [_row(EXCEPT, each) for each in rules.leaves(inner)]
            case rules.Any(rules=groups):
                if any(each.part.startswith("group") for each in found):
                    return None
                made = _groups(groups)
                if made is None:
                    return None
                found = [*made, *found]
            case _:
                return None
    return found if len(found) <= MOST_ROWS else None


def _groups(groups: Sequence[Rule]) -> list[Row] | None:
    found: list[Row] = []
    if len(groups) > MOST_GROUPS:
        return None
    for number, group in enumerate(groups, start=1):
        leaves = group.rules if isinstance(group, rules.All) else (group,)
        if not all(_is_leaf(each) for each in leaves):
            return None
        found += [_row(f"group-{number}", each) for each in rules.leaves(group)]
    return found


def _is_leaf(rule: Rule) -> bool:
    return isinstance(rule, rules.Comparison | rules.Test)


def _row(part: str, leaf: Leaf) -> Row:
    text = rules.write(leaf)
    if isinstance(leaf, rules.Test):
        values = text.removeprefix(f"{leaf.name}(").removesuffix(")")
        return Row(part=part, fact=leaf.name, sign=HOLDS, values=values)
    values = text.removeprefix(f"{leaf.fact} {leaf.operator} ")
    if leaf.operator in {Operator.IN, Operator.NOT_IN}:
        values = values.removeprefix("(").removesuffix(")")
    return Row(part=part, fact=leaf.fact, sign=str(leaf.operator), values=values)


def text(given: Sequence[Row]) -> str:
    """Return the text of the rule that some rows are; an empty row is left out."""
    filled = [each for each in given if each.fact and each.values.strip()]
    groups = [
        " and ".join(_clause(each) for each in filled if each.part == part)
        for part in PARTS
        if part.startswith("group") and any(each.part == part for each in filled)
    ]
    parts = list(_joined(groups))
    parts += [_clause(each) for each in filled if each.part == ALL]
    but = [_clause(each) for each in filled if each.part == EXCEPT]
    if but:
        parts.append(f"not ({' or '.join(but)})" if len(but) > 1 else f"not {but[0]}")
    return " and ".join(parts)


def _joined(groups: Sequence[str]) -> Iterator[str]:
    if len(groups) == 1:
        yield groups[0]
    elif groups:
        yield f"({' or '.join(groups)})"


def values_of(typed: str) -> list[str]:
    """Return the values that a field has, with commas between them."""
    return [each.strip() for each in _VALUES.findall(typed) if each.strip()]


def _clause(row: Row) -> str:
    values = values_of(row.values)
    words = [each if _READ_AS_IS.fullmatch(each) else _quoted(each) for each in values]
    if row.fact in facts.TESTS:
        return f"{row.fact}({', '.join(words)})"
    sign = row.sign if row.sign in SIGNS and row.sign != HOLDS else Operator.EQUAL
    if len(words) > 1 and sign in {Operator.EQUAL, Operator.HAS}:
        sign = Operator.IN
    if len(words) > 1 and sign == Operator.UNEQUAL:
        sign = Operator.NOT_IN
    if sign in {Operator.IN, Operator.NOT_IN}:
        return f"{row.fact} {sign} ({', '.join(words)})"
    return f"{row.fact} {sign} {', '.join(words)}"


def _quoted(value: str) -> str:
    return '"' + value.replace('"', " ").replace("\n", " ") + '"'
