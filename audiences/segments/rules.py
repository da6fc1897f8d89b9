"""A rule as a value: what the grammar makes and everything else reads.

Each node keeps `column`, its place in the text from 1, so that a fault found later
still points at the word.
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
    """Values named by a function of the directory: region(AFR), sectors(forum-09)."""

    function: str
    arguments: tuple[Word, ...]
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day: fixed, or counted from the day the rule is asked."""

    fixed: date | None = None
    offset: int = 0  # days from today

    def on(self, today: date) -> date:
        """Return the day meant when asked on `today`."""
        return self.fixed or today + timedelta(days=self.offset)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A fact held against values: status in (associate, consultative)."""

    fact: str
    operator: Operator
    values: tuple[Word | Collection, ...] = ()
    day: Day | None = None
    column: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Test:
    """A question with one argument: sub(monthly-letter), speaks(ar), segment(x)."""

    __test__ = False  # not for pytest

    name: str
    argument: Word
    column: int
    text: str


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
