"""The values that the grammar makes of a rule.

Clauses and their words have `column`, their place in the text counted from 1, so that
later errors can point to it.
"""

import re
from collections.abc import Sequence
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


_PLAIN = re.compile(r"(?!\d)[^\W_]\w*(?:[.:-]\w+)*")
_KEYWORD = re.compile(r"(?:and|or|not|in|has|today)\b", re.IGNORECASE)


def write(rule: Rule) -> str:
    """Return the text of a rule; its parse is the rule again, but for columns."""
    match rule:
        case Any(rules=parts):
            return " or ".join(_within(part, Any) for part in parts)
        case All(rules=parts):
            return " and ".join(_within(part, Any, All) for part in parts)
        case Not(rule=inner):
            return f"not {_within(inner, Any, All)}"
        case Test(name=name, argument=argument, second=second):
            return f"{name}({_words((argument, second) if second else (argument,))})"
        case Comparison():
            return _comparison(rule)


def _within(rule: Rule, *bracketed: type) -> str:
    text = write(rule)
    return f"({text})" if isinstance(rule, bracketed) else text


def _comparison(rule: Comparison) -> str:
    if rule.day is not None:
        return f"{rule.fact} {rule.operator} {_day(rule.day)}"
    values = [_value(each) for each in rule.values]
    if rule.operator in {Operator.IN, Operator.NOT_IN}:
        return f"{rule.fact} {rule.operator} ({', '.join(values)})"
    return f"{rule.fact} {rule.operator} {values[0]}"


def _value(value: Word | Collection) -> str:
    if isinstance(value, Collection):
        return f"{value.function}({_words(value.arguments)})"
    return _word(value)


def _words(words: Sequence[Word]) -> str:
    return ", ".join(_word(each) for each in words)


def _word(word: Word) -> str:
    """Return a word, in quotes unless the grammar reads it without."""
    plain = _PLAIN.fullmatch(word.text) and not _KEYWORD.match(word.text)
    return word.text if plain else f'"{word.text}"'


def _day(day: Day) -> str:
    if day.fixed is not None:
        return day.fixed.isoformat()
    if not day.offset:
        return "today"
    return f"today {'+' if day.offset > 0 else '-'} {abs(day.offset)}d"
