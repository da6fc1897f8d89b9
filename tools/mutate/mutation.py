"""Finds every mutant of a file that the operators make."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tools.mutate import enums, operators, statements
from tools.mutate.mutants import Mutant, Offsets

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where in a file the search is."""

    scope: tuple[str, ...] = ()
    statement: int = 0
    imported: bool = True


class Finder:
    """Finds the mutants of files, given the enumerations of the whole product."""

    def __init__(self, members: dict[str, list[str]]) -> None:
        self._expressions: Mapping[str, Callable[[ast.expr], operators.Made]] = {
            **operators.TABLE,
            "other member": enums.swapped(members),
        }

    def mutants(self, file: str, source: bytes) -> list[Mutant]:
        """Return every mutant of a file that Python can still compile, in order."""
        tree = ast.parse(source)
        search = _Search(
            file=file,
            source=source,
            imported=frozenset(_imported(tree)),
            expressions=self._expressions,
        )
        found = search.block(tree, _Place())
        unique = {(each.start, each.end, each.text): each for each in found}
        return sorted(
            (each for each in unique.values() if _compiles(each, source)),
            key=lambda each: (each.start, each.end),
        )


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for each in node.names:
                yield each.asname or each.name.split(".")[0]


def _is_silent(node: ast.stmt) -> bool:
    """Whether a mutant of this statement says nothing of any test."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in {"__all__", "__slots__"}
    return isinstance(node, ast.Import | ast.ImportFrom)


def _compiles(mutant: Mutant, source: bytes) -> bool:
    try:
        compile(mutant.applied(source), mutant.file, "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class _Search:
    """The search of one file."""

    file: str
    source: bytes
    imported: frozenset[str]  # the names the file imports
    expressions: Mapping[str, Callable[[ast.expr], operators.Made]]

    def block(self, node: ast.AST, place: _Place) -> Iterator[Mutant]:
        """Search below a node: its statements, and what they are made of."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield from self._statement(child, place)
            elif isinstance(child, ast.expr):
                yield from self._expression(child, place, below=node)
            else:
                yield from self.block(child, place)

    def _statement(self, node: ast.stmt, place: _Place) -> Iterator[Mutant]:
        if _is_silent(node):
            return
        here = _Place(scope=place.scope, statement=node.lineno, imported=place.imported)
        for name, operator in statements.TABLE.items():
            for before, after, shown in operator(node):
                yield self._mutant(name, here, before, after, shown)
        if isinstance(node, _SCOPES):
            runs = place.imported and isinstance(node, ast.ClassDef)
            inside = _Place(
                scope=(*place.scope, node.name), statement=node.lineno, imported=runs
            )
            if not isinstance(node, ast.ClassDef):
                yield from self._defaults(node.args, here)
            for each in node.body:
                yield from self._statement(each, inside)
        elif isinstance(node, ast.AnnAssign):
            if node.value is not None:
                yield from self._expression(node.value, here, below=node)
        else:
            yield from self.block(node, here)

    def _defaults(self, node: ast.arguments, place: _Place) -> Iterator[Mutant]:
        for each in (*node.defaults, *node.kw_defaults):
            if each is not None:
                yield from self._expression(each, place, below=node)

    def _expression(
        self, node: ast.expr, place: _Place, *, below: ast.AST
    ) -> Iterator[Mutant]:
        if isinstance(node, ast.JoinedStr):
            return  # Python 3.11 does not say where its parts are
        for name, operator in self.expressions.items():
            if not self._breaks(name, node, below):
                for after, shown in operator(node):
                    yield self._mutant(name, place, node, after, shown)
        if isinstance(node, ast.Lambda):
            yield from self._expression(node.body, place, below=node)
        else:
            yield from self.block(node, place)

    def _mutant(
        self,
        operator: str,
        place: _Place,
        before: ast.expr | ast.stmt,
        after: ast.expr | ast.stmt,
        shown: str,
    ) -> Mutant:
        start, end = Offsets(self.source).span(before)
        text = ast.unparse(after)
        return Mutant(
            file=self.file,
            line=before.lineno,
            statement=place.statement,
            imported=place.imported,
            scope=".".join(place.scope),
            operator=operator,
            shown=shown,
            start=start,
            end=end,
            text=f"({text})" if isinstance(after, ast.expr) else text,
        )

    def _breaks(self, operator: str, node: ast.expr, below: ast.AST) -> bool:
        """Whether a mutant would only ever crash, and so proves nothing of a test."""
        if operator == "item left out":
            rows = ast.List | ast.Set | ast.Tuple | ast.Dict | ast.Subscript
            unpacked = isinstance(below, ast.Assign) and any(
                isinstance(each, ast.Tuple) for each in below.targets
            )
            stored = isinstance(getattr(node, "ctx", None), ast.Store)
            return stored or unpacked or isinstance(below, rows)
        if operator == "call left out":
            called = getattr(node, "func", None)
            owner = getattr(called, "value", None)
            module = isinstance(owner, ast.Name) and (
                owner.id in self.imported or owner.id in {"self", "cls"}
            )
            return module or isinstance(below, ast.Await | ast.Expr)
        return False
