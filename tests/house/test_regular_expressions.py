"""No regular expression takes more than linear time for a text made against it."""

import re
import time

import pytest

from tests.house import regular_expressions
from tests.house.regular_expressions import ANCHORED, Expression

FOUND = list(regular_expressions.expressions(("audiences", "scheduler", "mailer")))
LENGTHS = (10, 14, 16, 18, 20, 22, 24, 200, 800, 8_000)  # characters
SECONDS = 0.02  # of processor time for any of them; a linear one takes a tenth


def slow(expression: Expression) -> str:
    """Return the beginning of a text that takes too long; empty if none does."""
    assert expression.pattern is not None
    is_bytes = isinstance(expression.pattern.pattern, bytes)
    for begin, piece, end in regular_expressions.attacks(expression.pattern):
        for length in LENGTHS:
            text = begin + piece * (length // len(piece) + 1) + end
            subject = text.encode("utf-8", "replace") if is_bytes else text
            # three times: another process may have emptied the caches
            if all(seconds(expression, subject) > SECONDS for _ in range(3)):
                return repr(f"{begin[:20]}{piece[:20] * 3}…{end}")
    return ""


def seconds(expression: Expression, subject: str | bytes) -> float:
    began = time.process_time()
    read(expression, subject)
    return time.process_time() - began


def read(expression: Expression, subject: str | bytes) -> None:
    pattern = expression.pattern
    assert pattern is not None
    if expression.uses - ANCHORED:
        for _ in pattern.finditer(subject):
            pass
    if "match" in expression.uses:
        pattern.match(subject)
    if "fullmatch" in expression.uses:
        pattern.fullmatch(subject)


@pytest.mark.prove
@pytest.mark.parametrize("expression", FOUND, ids=lambda each: each.where)
def test_an_expression_takes_linear_time(expression: Expression) -> None:
    if expression.pattern is not None:
        assert slow(expression) == ""


@pytest.mark.prove
@pytest.mark.parametrize(
    "bad",
    [
        r"(a+)+b",
        r"(a|a)*b",
        r"(\w+\s?)*$",
        r"^\s*(.*?)\s*$",
        r"a*a*b",
        r"(?:x|y|xy)*z",
        r"[a-z]+@",
        r"<!--.*?-->",
    ],
)
def test_an_expression_that_tries_many_ways_is_found(bad: str) -> None:
    uses = frozenset({"search"})
    assert slow(Expression("here", re.compile(bad), uses))
