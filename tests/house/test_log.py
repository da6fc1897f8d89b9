"""Each line of the log is written for programs, and has a sentence for a person."""

import ast
from collections.abc import Iterator
from functools import cache
from string import Formatter

from mailer.processes import log_sentences
from tests.house.test_shape import FILES, PRODUCT
from tools.checkout import ROOT

METHODS = {"info", "warning", "error"}
GIVEN = {"fault", "reason", "place"}  # of an exception


@cache
def lines() -> list[tuple[str, set[str]]]:
    """Return each event that the product logs, with the names of its values."""
    return list(found())


def found() -> Iterator[tuple[str, set[str]]]:
    """Find the calls of a logger in each file of the product."""
    for path in FILES:
        if path.relative_to(ROOT).parts[0] not in PRODUCT:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and is_log(node.func)):
                continue
            names = {str(each.arg) for each in node.keywords}
            for each in ast.walk(node.args[0]):
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    yield each.value, names | (GIVEN if "exc_info" in names else set())


def is_log(function: ast.expr) -> bool:
    """Whether a function is a method of a logger; `write` is one of two."""
    if isinstance(function, ast.Attribute):
        logger = isinstance(function.value, ast.Name) and function.value.id == "log"
        return logger and function.attr in METHODS
    return isinstance(function, ast.Name) and function.id == "write"


def test_each_event_has_a_sentence_and_each_sentence_an_event() -> None:
    assert {event for event, _ in lines()} == set(log_sentences.SENTENCES)


def test_each_place_of_a_sentence_is_filled() -> None:
    empty = {
        (event, place)
        for event, sentence in log_sentences.SENTENCES.items()
        for _, place, _, _ in Formatter().parse(sentence)
        if place and not any(place in names for each, names in lines() if each == event)
    }

    assert empty == set()
