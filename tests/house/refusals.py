"""Collects from the source the sentences of errors and problems, with their places.

A sentence is what a call of an error class, or of `error` and `warning` of the checks,
is given: `f"{name} has passed"` is “%(1)s has passed”. Names, branches and calls of our
own functions are followed as far as they give texts; where they give other things, the
sentence has a place.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import NamedTuple

from tests.house.modules import (
    Function,
    Module,
    called,
    parameters,
    read,
    resolved,
)

PLACE = "\0"
MOST = 40  # sentences of one call
DEEP = 8  # names and calls that are followed from one to the next
# the arguments before the sentence: a place, a value, a rule and its column, a line
BEFORE = {"ContentError": 1, "AddressRefusedError": 1, "RuleError": 2, "FormError": 1}
CHECKS = "mailer.rendering.checks.problem"
PROBLEMS = {"error", "warning"}  # what they find is their third argument
SAID = {"sentence", "reason", "what", "refusal", "why", "fault", "note"}
LISTS = {"questions", "notes"}  # sentences are appended to them
KEPT = {"counted", "may"}  # a number with its noun; why somebody may not
Given = Mapping[str, list[str]]  # the texts of parameters
Parts = Iterable[list[str]]


class Refusal(NamedTuple):
    """A sentence, the class that has it (or the check), and where it is made."""

    sentence: str
    kind: str
    module: str
    line: int


def refusals(of: Iterable[Module]) -> list[Refusal]:
    """Return every sentence of an error or problem in modules."""
    found = {}
    for module in of:
        calls = (x for x in ast.walk(module.tree) if isinstance(x, ast.Call))
        for call in calls:
            for kind, said in _sentences(call, module.name):
                sentence = with_places(said)
                if (
                    re.search(r"^ | ;|  | $", sentence) is None
                ):  # of values that are empty
                    found[sentence] = Refusal(sentence, kind, module.name, call.lineno)
    return list(found.values())


def with_places(text: str) -> str:
    """Return a text with numbered places, as the catalogue has it."""
    numbers = count(1)
    return re.sub(f"{PLACE}+", lambda _: f"%({next(numbers)})s", text)


def is_error(module: str, name: str) -> bool:
    """Return whether a name is one of our classes of errors."""
    found = resolved(module, name)
    if found is None or not isinstance(found[1], ast.ClassDef):
        return False
    bases = [each.id for each in found[1].bases if isinstance(each, ast.Name)]
    return any(x in {"Exception", "ValueError"} or is_error(found[0], x) for x in bases)


def _sentences(call: ast.Call, module: str) -> Iterator[tuple[str, str]]:
    kind, sentences = _made(call, module)
    yield from ((kind, x) for node in sentences for x in texts(node, module, {}))
    found = None if kind else called(call, module)
    if found and isinstance(found[1], Function) and (inner := _inside(*found)):
        bound = _arguments(found[1], call, module, {})
        for kind, node in inner:
            yield from ((kind, x) for x in texts(node, found[0], bound))


@cache
def _inside(module: str, function: ast.AST) -> list[tuple[str, ast.expr]]:
    """Return the errors that a function makes, with their sentences."""
    calls = (each for each in ast.walk(function) if isinstance(each, ast.Call))
    made = (_made(each, module) for each in calls)
    return [(kind, node) for kind, sentences in made for node in sentences]


def _made(call: ast.Call, module: str) -> tuple[str, Sequence[ast.expr]]:
    """Return the error, check or row that a call makes, and its sentences."""
    match call.func:
        case ast.Attribute(attr="append", value=ast.Name() | ast.Attribute() as to):
            to_name = to.id if isinstance(to, ast.Name) else to.attr
            return ("list", call.args) if to_name in LISTS else ("", [])
        case ast.Name(id=name):
            found = resolved(module, name)
        case _:
            return "", []
    if found is None:
        return "", []
    if name in PROBLEMS and found[0] == CHECKS:
        what = [each.value for each in call.keywords if each.arg == "what"]
        return name, [*call.args[2:3], *what]
    if is_error(module, name):
        return name, call.args[BEFORE.get(name, 0) :]
    fields = _fields(found[1])
    given = dict(zip(fields, call.args, strict=False))
    given |= {each.arg: each.value for each in call.keywords if each.arg in fields}
    said = [value for field, value in given.items() if field in SAID]
    return (name, said) if said else ("", [])


def _fields(node: ast.AST) -> list[str]:
    """Return the fields of a class by their order."""
    body = node.body if isinstance(node, ast.ClassDef) else []
    fields = (each for each in body if isinstance(each, ast.AnnAssign))
    return [each.target.id for each in fields if isinstance(each.target, ast.Name)]


def texts(node: ast.AST | None, module: str, given: Given, deep: int = 0) -> list[str]:
    """Return the texts that an expression may be, with a mark at each place."""
    if deep > DEEP:
        return [PLACE]
    match node:
        case ast.Constant(value=str(value)):
            found = [value]
        case ast.Name():
            found = _of_name(node, module, given, deep)
        case ast.Subscript(value=ast.Name(id=name)):
            table = resolved(module, name)
            of = table[1] if table else None
            found = (
                _any_of(texts(x, module, {}, deep + 1) for x in of.values)
                if isinstance(of, ast.Dict)
                else [PLACE]
            )
        case ast.Call():
            found = _of_call(node, module, given, deep)
        case _:
            together, parts = _parts(node)
            found = together(texts(x, module, given, deep + 1) for x in parts)
    return found


def _parts(node: ast.AST | None) -> tuple[Callable[[Parts], list[str]], list[ast.expr]]:
    """Return how the texts of an expression are made of those of its parts."""
    match node:
        case ast.JoinedStr(values=parts):
            return _joined, parts
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined, [left, right]
        case ast.IfExp(body=one, orelse=other):
            return _any_of, [one, other]
        case ast.BoolOp(values=values):
            return _any_of, values
        case (
            ast.NamedExpr(value=value)
            | ast.FormattedValue(value=value, conversion=-1, format_spec=None)
        ):
            return _any_of, [value]
    return _any_of, []


def _joined(parts: Parts) -> list[str]:
    found = [""]
    for part in parts:
        found = [f"{x}{y}" for x in found for y in part][:MOST]
    return found


def _any_of(parts: Parts) -> list[str]:
    return list(dict.fromkeys(x for part in parts for x in part))[:MOST] or [PLACE]


def _of_name(node: ast.Name, module: str, given: Given, deep: int) -> list[str]:
    if node.id in given:
        return given[node.id]
    here = read(module)
    local = here.values_before(node) if here else []
    if local:
        return _any_of(texts(each, module, given, deep + 1) for each in local)
    found = resolved(module, node.id)
    return texts(found[1], found[0], {}, deep + 1) if found else [PLACE]


def _of_call(node: ast.Call, module: str, given: Given, deep: int) -> list[str]:
    found = called(node, module)
    if found is None or not isinstance(found[1], Function) or found[1].name in KEPT:
        return [PLACE]
    bound = _arguments(found[1], node, module, given, deep)
    nodes = (x for x in ast.walk(found[1]) if isinstance(x, ast.Return))
    return _any_of(texts(x.value, found[0], bound, deep + 1) for x in nodes)


def _arguments(
    function: Function, call: ast.Call, module: str, given: Given, deep: int = 0
) -> Given:
    """Return the texts of the parameters of a function that a call gives it."""
    its, names = function.args, parameters(function)
    ordered = names[: len(names) - len(its.kwonlyargs)]
    defaults = dict(zip(reversed(ordered), reversed(its.defaults), strict=False))
    kept = zip(its.kwonlyargs, its.kw_defaults, strict=True)
    defaults |= {name.arg: value for name, value in kept if value is not None}
    said = dict(zip(ordered, call.args, strict=False))
    said |= {x.arg: x.value for x in call.keywords if x.arg in names}
    bound = {x: texts(y, module, {}, deep + 1) for x, y in defaults.items()}
    return bound | {x: texts(y, module, given, deep + 1) for x, y in said.items()}
