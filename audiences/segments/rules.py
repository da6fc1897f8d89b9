"""The values that the grammar makes of a rule.

Clauses and their words have `column`, their place in the text counted from 1, so that
later errors can point to it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Operator(StrEnum):
    """How a fact is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    IN = "in"
    NOT_IN = "not in"
    HAS = "has"
    BEFORE = "<"
    UNTIL = "<="
    AFTER = ">"
    SINCE = ">="


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One value: a code, a name or a quoted text."""

    text: str
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Collection:
    """A set of values, named by a function: region(AFR), sectors(forum-09)."""

    function: str
    arguments: tuple[Word, ...]
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A fixed day, or a day relative to the day on which the rule is used."""

    fixed: date | None = None
    offset: int = 0  # days from today

    def on(self, today: date) -> date:
        """Return the day that is meant when the rule is used on `today`."""
        return self.fixed or today + timedelta(days=self.offset)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A comparison of a fact with values: status in (associate, consultative)."""

    fact: str
    operator: Operator
    values: tuple[Word | Collection, ...] = ()
    day: Day | None = None
    column: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """A question with one argument or two: speaks(ar), answered(event, yes)."""

    __test__ = False  # not for pytest

    name: str
    argument: Word
    column: int
    text: str
    second: Word | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Not:
    """The rule within does not hold."""

    rule: "Rule"


@dataclass(frozen=True, kw_only=True, slots=True)
class All:
    """Every rule within holds."""

    rules: tuple["Rule", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Any:
    """At least one rule within holds."""

    rules: tuple["Rule", ...]


Leaf = Comparison | Test
Rule = Leaf | Not | All | Any


def leaves(rule: Rule) -> list[Leaf]:
    """Return the clauses of a rule in the order they are written."""
    match rule:
        case Not(rule=inner):
            return leaves(inner)
        case All(rules=parts) | Any(rules=parts):
            return [leaf for part in parts for leaf in leaves(part)]
        case _:
            return [rule]
