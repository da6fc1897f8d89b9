"""The outline of a module of commands: what their help needs, and nothing else.

A command is declared where its body is, and the body needs much: the store, the
settings, the renderer. To show the help, and to complete words in a shell, only the
declarations are run, with the names that they use. Bodies of commands are left out, and
so are the imports that only bodies need.
"""

import ast
import importlib.util
import sys
from collections.abc import Collection, Iterator
from types import ModuleType

ROOM = "mailer.cli."
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def outline(name: str, wanted: str) -> ModuleType:
    """Return a module with a command, which can be explained and not called."""
    return _module(name, {wanted}, of_commands=True)


def _module(name: str, wanted: Collection[str], *, of_commands: bool) -> ModuleType:
    """Return a module with some of its names, and with all that they use."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"no module {name}", name=name)
    with open(spec.origin, encoding="utf-8") as file:  # noqa: PTH123 (pathlib is dear)
        tree = ast.parse(file.read(), spec.origin)
    statements = [_declared(each, of_commands=of_commands) for each in tree.body]
    kept, needed = _needed(statements, set(wanted))
    module = ModuleType(name)
    tree.body = [*_imports(kept, needed, module), *_others(kept)]
    exec(compile(ast.fix_missing_locations(tree), spec.origin, "exec"), vars(module))  # noqa: S102 (a module of this room)
    return module


def _declared(statement: ast.stmt, *, of_commands: bool) -> ast.stmt:
    """Return a statement without annotations; a command without its body."""
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        plain = ast.Assign(targets=[statement.target], value=statement.value)
        return ast.copy_location(plain, statement)
    if isinstance(statement, _Function):
        _bare(statement, of_commands=of_commands)
    return statement


def _bare(function: _Function, *, of_commands: bool) -> None:
    """Take the annotations from a function; from a command in it, the body."""
    function.returns = None
    for each in ast.walk(function.args):
        if isinstance(each, ast.arg):
            each.annotation = None
    if of_commands and function.decorator_list:
        documented = ast.get_docstring(function, clean=False) is not None
        function.body = function.body[:1] if documented else [ast.Pass()]
    for statement in function.body:
        if isinstance(statement, _Function):
            _bare(statement, of_commands=of_commands)


def _needed(
    statements: list[ast.stmt], wanted: set[str]
) -> tuple[list[ast.stmt], set[str]]:
    """Return the statements that define what is wanted, and every name they use."""
    kept: dict[int, ast.stmt] = {}
    while True:
        found = {
            place: each
            for place, each in enumerate(statements)
            if place not in kept and _defines(each, wanted)
        }
        if not found:
            return [kept[place] for place in sorted(kept)], wanted
        kept |= found
        for each in found.values():
            wanted |= set(_used(each))
            if isinstance(each, _Function):
                wanted.add(each.name)  # it may be a group that has commands


def _defines(statement: ast.stmt, wanted: set[str]) -> bool:
    """Whether a statement defines a name, or adds a command to a group so named."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return any(_bound(alias) in wanted for alias in statement.names)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            groups = {
                each.func.value.id
                for each in statement.decorator_list
                if isinstance(each, ast.Call)
                and isinstance(each.func, ast.Attribute)
                and isinstance(each.func.value, ast.Name)
                and each.func.attr in {"command", "group"}
            }
            return statement.name in wanted or bool(groups - {"click"} & wanted)
        case ast.ClassDef():
            return statement.name in wanted
        case ast.Assign():
            names = {
                each.id
                for target in statement.targets
                for each in ast.walk(target)
                if isinstance(each, ast.Name)
            }
            return bool(names & wanted)
        case ast.Expr(value=ast.Call(func=ast.Attribute() as called)):
            adds = called.attr == "add_command" and isinstance(called.value, ast.Name)
            return adds and _named(called.value) in wanted
    return False


def _named(value: ast.expr) -> str:
    return value.id if isinstance(value, ast.Name) else ""


def _used(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement uses when it runs, so not those of a lambda."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        if not isinstance(node, ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _imports(
    kept: list[ast.stmt], needed: set[str], module: ModuleType
) -> Iterator[ast.stmt]:
    """Yield the imports of needed names; those of this room are outlined themselves."""
    for each in kept:
        if not isinstance(each, ast.Import | ast.ImportFrom):
            continue
        each.names = [alias for alias in each.names if _bound(alias) in needed]
        source = str(each.module) if isinstance(each, ast.ImportFrom) else ""
        if source.startswith(ROOM) and source not in sys.modules:
            names = {alias.name for alias in each.names}
            found = vars(_module(source, names, of_commands=False))
            if names <= set(found):
                for alias in each.names:
                    setattr(module, _bound(alias), found[alias.name])
                continue
        yield each


def _others(kept: list[ast.stmt]) -> list[ast.stmt]:
    return [each for each in kept if not isinstance(each, ast.Import | ast.ImportFrom)]


def _bound(alias: ast.alias) -> str:
    return (alias.asname or alias.name).partition(".")[0]
