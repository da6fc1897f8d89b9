"""The operators: which small changes are tried on which expressions.

Each takes a node and gives pairs: the node that stands in its place, and how the
change reads. `TABLE` names them all; those of whole statements are in statements.py.
"""

import ast
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

Made = Iterator[tuple[ast.expr, str]]

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_REACHED: dict[type[ast.cmpop], type[ast.cmpop]] = {  # the opposite direction
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_NAMED = {  # functions and methods that have an opposite or a near relation
    "and_": "or_",
    "or_": "and_",
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "is_": "is_not",
    "is_not": "is_",
    "in_": "not_in",
    "not_in": "in_",
    "startswith": "endswith",
    "endswith": "startswith",
    "removeprefix": "removesuffix",
    "removesuffix": "removeprefix",
    "partition": "rpartition",
    "rpartition": "partition",
    "join": "outerjoin",
    "outerjoin": "join",
    "union": "intersection",
    "intersection": "union",
}
_WRAPPING = {  # a call of these may fall away and leave its first argument
    *("abs", "bool", "bytes", "dict", "frozenset", "int", "list", "max", "min"),
    *("reversed", "round", "set", "sorted", "str", "sum", "tuple", "not_", "exists"),
}
_CONDITIONS = {"and_", "or_", "where", "having", "filter", "order_by"}


def _brief(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 70 else f"{text[:48]} … {text[-18:]}"


def _turned(before: ast.expr, after: ast.expr) -> tuple[ast.expr, str]:
    return after, f"{_brief(before)} → {_brief(after)}"


def _with(node: ast.expr, **values: Any) -> Any:
    other = copy(node)
    for name, value in values.items():
        setattr(other, name, value)
    return other


def comparisons(node: ast.expr) -> Made:
    """Compare differently: at the boundary, and the other way round."""
    if isinstance(node, ast.Compare):
        for number, operator in enumerate(node.ops):
            for table in (_COMPARED, _REACHED):
                if type(operator) in table:
                    ops = list(node.ops)
                    ops[number] = table[type(operator)]()
                    yield _turned(node, _with(node, ops=ops))


def connectives(node: ast.expr) -> Made:
    """Put `and` for `or`, and leave each part out."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _turned(node, _with(node, op=other))
        for number, each in enumerate(node.values):
            rest = node.values[:number] + node.values[number + 1 :]
            after = _with(node, values=rest) if len(rest) > 1 else rest[0]
            yield after, f"{_brief(each)} left out of {_brief(node)}"


def arithmetic(node: ast.expr) -> Made:
    """Compute with another operator."""
    if isinstance(node, ast.BinOp) and type(node.op) in _COMPUTED:
        yield _turned(node, _with(node, op=_COMPUTED[type(node.op)]()))


def signs(node: ast.expr) -> Made:
    """Leave `not`, `~` and `-` out."""
    if isinstance(node, ast.UnaryOp):
        yield _turned(node, node.operand)


def constants(node: ast.expr) -> Made:
    """Mutant numbers, truths and words; sentences are for people and stay."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield _turned(node, ast.Constant(not value))
    elif isinstance(value, int | float):
        yield _turned(node, ast.Constant(value + 1))
    elif isinstance(value, bytes):
        yield _turned(node, ast.Constant(value + b"_"))
    elif isinstance(value, str) and not any(each.isspace() for each in value):
        yield _turned(node, ast.Constant(value + "_"))


def relations(node: ast.expr) -> Made:
    """Call the function or method of the opposite meaning."""
    if isinstance(node, ast.Name) and node.id in _NAMED:
        yield _turned(node, _with(node, id=_NAMED[node.id]))
    if isinstance(node, ast.Attribute) and node.attr in _NAMED:
        yield _turned(node, _with(node, attr=_NAMED[node.attr]))


def calls(node: ast.expr) -> Made:
    """Leave a call out: a method for its object, a function for its argument."""
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Attribute):
        called = _with(node, func=ast.Name(f"….{node.func.attr}"))
        yield node.func.value, f"{_brief(called)} left out"
    elif isinstance(node.func, ast.Name) and node.func.id in _WRAPPING and node.args:
        yield _turned(node, node.args[0])


def keywords(node: ast.expr) -> Made:
    """Leave each keyword of a call out."""
    if isinstance(node, ast.Call):
        for number, each in enumerate(node.keywords):
            if each.arg is not None:
                rest = node.keywords[:number] + node.keywords[number + 1 :]
                name = _brief(node.func)
                shown = f"{_brief(each)} of {name}(…) left out"
                yield _with(node, keywords=rest), shown


def conditions(node: ast.expr) -> Made:
    """Leave each condition of a query out where there are several."""
    if isinstance(node, ast.Call) and len(node.args) > 1:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in _CONDITIONS:
            for number, each in enumerate(node.args):
                rest = node.args[:number] + node.args[number + 1 :]
                yield _with(node, args=rest), f"{_brief(each)} of {name} left out"


def displays(node: ast.expr) -> Made:
    """Leave each item of a list, set, tuple or dict out."""
    if isinstance(node, ast.List | ast.Set | ast.Tuple):
        for number, each in enumerate(node.elts):
            rest = node.elts[:number] + node.elts[number + 1 :]
            yield _with(node, elts=rest), f"the item {_brief(each)} left out"
    if isinstance(node, ast.Dict):
        for number, key in enumerate(node.keys):
            keys = node.keys[:number] + node.keys[number + 1 :]
            values = node.values[:number] + node.values[number + 1 :]
            named = f"**{_brief(node.values[number])}" if key is None else _brief(key)
            yield _with(node, keys=keys, values=values), f"the key {named} left out"


def filters(node: ast.expr) -> Made:
    """Leave each `if` of a comprehension out."""
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        for number, loop in enumerate(node.generators):
            for place, each in enumerate(loop.ifs):
                other = copy(loop)
                other.ifs = loop.ifs[:place] + loop.ifs[place + 1 :]
                loops = list(node.generators)
                loops[number] = other
                shown = f"if {_brief(each)} left out"
                yield _with(node, generators=loops), shown


def choices(node: ast.expr) -> Made:
    """Choose the other way round where the condition has no operator of its own."""
    if isinstance(node, ast.IfExp) and is_plain(node.test):
        shown = f"{_brief(node)} the other way round"
        yield _with(node, body=node.orelse, orelse=node.body), shown


def is_plain(condition: ast.expr) -> bool:
    """Whether no other operator turns this condition round."""
    if isinstance(condition, ast.UnaryOp):
        return not isinstance(condition.op, ast.Not)
    return not isinstance(condition, ast.Compare)


TABLE: dict[str, Callable[[ast.expr], Made]] = {
    "comparison": comparisons,
    "and, or": connectives,
    "arithmetic": arithmetic,
    "sign": signs,
    "constant": constants,
    "opposite": relations,
    "call left out": calls,
    "keyword left out": keywords,
    "condition left out": conditions,
    "item left out": displays,
    "filter left out": filters,
    "other choice": choices,
}
