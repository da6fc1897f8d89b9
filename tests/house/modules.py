"""Reads what the modules of the product define, import and give their names."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tests.house.test_shape import FILES
from tools.checkout import ROOT

DEEP = 6  # names that are followed from one module to the next
Function = ast.FunctionDef | ast.AsyncFunctionDef
# where a name gets a value, and the value; None: not one expression
Places = list[tuple[ast.expr | ast.stmt, ast.expr | None]]


@dataclass(frozen=True)
class Module:
    """A module of the product."""

    name: str
    tree: ast.Module

    @cached_property
    def definitions(self) -> dict[str, ast.AST]:
        """Return the functions, classes and values of the module by name."""
        found: dict[str, ast.AST] = {}
        for node in self.tree.body:
            match node:
                case (
                    ast.FunctionDef(name=name)
                    | ast.AsyncFunctionDef(name=name)
                    | ast.ClassDef(name=name)
                ):
                    found[name] = node
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    found[name] = value
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Return the module and name of each name that is imported."""
        return {
            each.name: (node.module, each.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for each in node.names
        }

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Return the parent of each node."""
        nodes = ast.walk(self.tree)
        return {child: x for x in nodes for child in ast.iter_child_nodes(x)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes that a node stands in, from the inside."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def values_before(self, use: ast.Name) -> list[ast.expr | None]:
        """Return what a local name may be where it is used; None: not a text."""
        above = list(self.above(use))
        function = next((x for x in above if isinstance(x, Function)), None)
        if function is None:
            return []
        found = []
        for node, value in _given(function).get(use.id, []):
            itself = isinstance(node, ast.Assign | ast.AugAssign) and node in above
            if node.lineno <= use.lineno and not itself:
                found.append(value)
                if isinstance(node, ast.stmt) and self.parents[node] in above:
                    break  # it holds whatever was before
        return found or [None for each in parameters(function) if each == use.id]


def parameters(function: Function) -> list[str]:
    """Return the names of a function's parameters, those by position first."""
    its = function.args
    return [each.arg for each in (*its.posonlyargs, *its.args, *its.kwonlyargs)]


@cache
def _given(function: Function) -> Mapping[str, Places]:
    """Return where each name of a function gets a value, the last place first."""
    found: dict[str, Places] = defaultdict(list)
    for node in ast.walk(function):
        match node:
            case ast.Assign(
                targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=many)
            ):
                for each, value in zip(names, many, strict=False):
                    found[_name(each)].append((node, value))
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.NamedExpr(target=ast.Name(id=name), value=value)
            ):
                found[name].append((node, value))
            case ast.Assign(targets=[target]):
                _note(found, target, node)
            case ast.For() | ast.AsyncFor() | ast.AugAssign():
                _note(found, node.target, node)
            case ast.comprehension(target=target, iter=place):
                _note(found, target, place)
    for places in found.values():
        places.sort(key=lambda each: -each[0].lineno)
    return found


def _note(found: dict[str, Places], target: ast.AST, node: ast.expr | ast.stmt) -> None:
    for each in ast.walk(target):
        found[_name(each)].append((node, None))


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


@cache
def paths() -> dict[str, Path]:
    """Return the file of each module of the product."""
    found = {}
    for path in FILES:
        place = path.relative_to(ROOT).with_suffix("")
        if place.parts[0] in {"audiences", "mailer", "scheduler"}:
            found[".".join(place.parts).removesuffix(".__init__")] = path
    return found


@cache
def read(name: str) -> Module | None:
    """Return a module of the product; None if it has none of that name."""
    path = paths().get(name)
    return Module(name, ast.parse(path.read_text("utf-8"))) if path else None


def reached(package: str) -> list[Module]:
    """Return the modules of a package and those that they import, however far."""
    found: dict[str, Module] = {}
    wanted = [each for each in paths() if f"{each}.".startswith(f"{package}.")]
    while wanted:
        module = read(wanted.pop())
        if module is not None and module.name not in found:
            found[module.name] = module
            wanted += [
                x
                for where, name in module.imported.values()
                for x in (where, f"{where}.{name}")
            ]
    return list(found.values())


def resolved(module: str, name: str) -> tuple[str, ast.AST] | None:
    """Return the module that defines a name which another one uses, and what it is."""
    for _ in range(DEEP):
        here = read(module)
        if here is None:
            return None
        if name in here.definitions:
            return module, here.definitions[name]
        module, name = here.imported.get(name, ("", ""))
    return None


def called(call: ast.Call, module: str) -> tuple[str, ast.AST] | None:
    """Return what a call calls, by its name or as a name of a module: `rights.may`."""
    match call.func:
        case ast.Name(id=name):
            return resolved(module, name)
        case ast.Attribute(value=ast.Name(id=of), attr=name):
            here = read(module)
            where = here.imported.get(of) if here else None
            return resolved(".".join(where), name) if where else None
    return None
