"""Finds in the source which modules write which columns of which table.

It finds calls of a row class; `insert`, `update` and `delete` of a row class or its
table; `transition` and `update_in`, which are updates of messages; and assignments to
an attribute of a value whose name or annotation is such a row class.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from sqlalchemy import Table

from audiences.contacts import Contact
from audiences.people.search_texts import ContactSearch, OrganisationSearch
from audiences.subscriptions import Consent, Subscription
from audiences.suppressions import Suppression, SuppressionEvent
from mailer.campaigns.models import Campaign, CampaignEvent
from mailer.outbox.models import Message, MessageEvent
from tests.house.test_shape import FILES
from tools.checkout import ROOT

ROWS: dict[str, type] = {
    each.__name__: each
    for each in (
        *(Campaign, CampaignEvent, Message, MessageEvent),
        *(Contact, Subscription, Consent, Suppression, SuppressionEvent),
        *(ContactSearch, OrganisationSearch),
    )
}
TABLES = {"LEDGER": "Message"}
STATEMENTS = {"insert", "insert_rows", "update", "delete", "merge", "add"}
MOVES = {"transition", "update_in"}
Written = dict[str, dict[str, set[str]]]  # table → column → modules


def columns_of(row: str) -> set[str]:
    """Return the columns of a row class."""
    table: Table = ROWS[row].__table__  # type: ignore[attr-defined]  # each is mapped
    return {column.key for column in table.columns}


@cache
def written() -> Written:
    """Return the writers of each column in the product, without migrations."""
    found: Written = defaultdict(lambda: defaultdict(set))
    for path in FILES:
        place = path.relative_to(ROOT)
        if (
            place.parts[0] in {"audiences", "mailer"}
            and "migrations" not in place.parts
        ):
            for row, column in written_by(path.read_text(encoding="utf-8")):
                found[row][column].add(place.as_posix())
    return found


def written_by(source: str) -> Iterator[tuple[str, str]]:
    """Yield each row class and column that a module writes."""
    tree = ast.parse(source)
    names = {row: {row.lower(), *_annotated(tree, row)} for row in ROWS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _by_call(node)
        for target in _targets(node):
            yield from _by_assignment(target, names)


def _by_call(call: ast.Call) -> Iterator[tuple[str, str]]:
    """Yield what a call writes: the columns of a new row, or of a statement."""
    name = _last(call.func)
    if name in ROWS:
        yield from ((name, each.arg) for each in call.keywords if each.arg)
    if name == "delete":
        yield from ((row, "(row)") for row in _rows(call))
    if name == "from_select" and call.args and isinstance(call.func, ast.Attribute):
        for row in _chained(call.func.value):
            yield row, "(row)"
    if name == "values" and isinstance(call.func, ast.Attribute):
        for row in _chained(call.func.value):
            given = {each.arg for each in call.keywords if each.arg}
            known = columns_of(row)
            yield from ((row, column) for column in sorted(given & known))
            if not given or None in {each.arg for each in call.keywords}:
                yield row, "(some)"
    if name in MOVES:
        yield "Message", "state"


def _chained(node: ast.expr) -> Iterator[str]:
    """Yield the row classes of the statement at the beginning of a chain of calls."""
    while isinstance(node, ast.Call):
        if _last(node.func) in STATEMENTS:
            yield from _rows(node)
        if _last(node.func) in MOVES:
            yield "Message"
        if not isinstance(node.func, ast.Attribute):
            return
        node = node.func.value


def _rows(call: ast.Call) -> Iterator[str]:
    for each in call.args:
        name = TABLES.get(_last(each), _last(each))
        if name in ROWS:
            yield name


def any_table() -> set[str]:
    """Return the modules with a statement on a table that is an argument."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if path.relative_to(ROOT).parts[0] in {"audiences", "mailer"}
        and "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"insert", "insert_rows", "update", "delete"}
        and any(_last(each) and _last(each).islower() for each in node.args[-1:])
    }


def _targets(node: ast.AST) -> Iterator[ast.Attribute]:
    match node:
        case ast.Assign(targets=targets):
            for each in targets:
                named = each.elts if isinstance(each, ast.Tuple | ast.List) else [each]
                yield from (one for one in named if isinstance(one, ast.Attribute))
        case ast.AugAssign(target=ast.Attribute() as target):
            yield target


def _by_assignment(
    target: ast.Attribute, names: Mapping[str, set[str]]
) -> Iterator[tuple[str, str]]:
    if not isinstance(target.value, ast.Name | ast.Attribute):
        return
    name = _last(target.value)
    for row in ROWS:
        if name in names[row] and target.attr in columns_of(row):
            yield row, target.attr


def _annotated(tree: ast.AST, row: str) -> set[str]:
    """Return the arguments and variables of a module with this row class."""
    return {
        node.arg if isinstance(node, ast.arg) else _last(node.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.arg | ast.AnnAssign)
        and node.annotation is not None
        and row in ast.unparse(node.annotation).split(" | ")
    }


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
    return ""
