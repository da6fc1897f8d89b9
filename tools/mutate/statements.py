"""The operators of whole statements: left out, turned round, returning otherwise."""

import ast
from collections.abc import Callable, Iterator
from copy import copy

from tools.mutate.operators import is_plain

Made = Iterator[tuple[ast.stmt | ast.expr, ast.stmt | ast.expr, str]]


def _brief(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else f"{text[:66]} …"


def left_out(node: ast.stmt) -> Made:
    """Leave a statement out that acts: a call, a raise, a change of what there is."""
    acts = (
        (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant))
        or isinstance(node, ast.AugAssign | ast.Delete | ast.Raise)
        or (isinstance(node, ast.Return) and node.value is None)
        or (isinstance(node, ast.Assign) and _changes(node))
    )
    if acts:
        yield node, ast.Pass(), f"{_brief(node)} left out"


def _changes(node: ast.Assign) -> bool:
    """Whether an assignment changes something that had a value before."""
    read = {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
    return any(
        isinstance(target, ast.Attribute | ast.Subscript)
        or (isinstance(target, ast.Name) and target.id in read)
        for target in node.targets
    )


def loops(node: ast.stmt) -> Made:
    """Leave a loop where it goes on, and go on where it is left."""
    if isinstance(node, ast.Break):
        yield node, ast.Continue(), "break → continue"
    if isinstance(node, ast.Continue):
        yield node, ast.Break(), "continue → break"


def branches(node: ast.stmt) -> Made:
    """Turn a condition round that has no operator of its own."""
    if isinstance(node, ast.If | ast.While) and is_plain(node.test):
        other = ast.UnaryOp(ast.Not(), node.test)
        yield node.test, other, f"if {_brief(node.test)} → if not …"


def returns(node: ast.stmt) -> Made:
    """Return nothing, or the opposite truth."""
    if not isinstance(node, ast.Return) or node.value is None:
        return
    value = node.value
    if isinstance(value, ast.Constant) and value.value in {None, True, False}:
        return
    nothing = copy(node)
    nothing.value = ast.Constant(None)
    yield node, nothing, f"{_brief(node)} → return None"
    if isinstance(value, ast.BoolOp):
        yield value, ast.UnaryOp(ast.Not(), value), f"{_brief(node)} → return not …"


TABLE: dict[str, Callable[[ast.stmt], Made]] = {
    "statement left out": left_out,
    "loop": loops,
    "branch": branches,
    "return": returns,
}
