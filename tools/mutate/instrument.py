"""Rewrites a file so that every statement of a function tells when it runs."""

import ast

_BLOCKS = ("body", "orelse", "finalbody")
_SEEN = "_mutate_seen"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def instrumented(source: bytes, file: str) -> str:
    """Return the text of a file whose statements call the recorder (seen.py)."""
    tree = ast.parse(source)
    outer = [each for each in ast.walk(tree) if isinstance(each, _FUNCTIONS)]
    inside = {id(node): node for each in outer for node in ast.walk(each)}
    for node in inside.values():
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list):
                block[:] = _recorded(block)
    first = 0
    while first < len(tree.body) and _stays_first(tree.body[first]):
        first += 1
    made = f"from tools.mutate.recorder import of_file\n{_SEEN} = of_file({file!r})"
    tree.body[first:first] = ast.parse(made).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _recorded(block: list[ast.stmt]) -> list[ast.stmt]:
    """Return a block with a call before every statement."""
    statements = []
    for number, each in enumerate(block):
        if number or not _stays_first(each):
            statements += ast.parse(f"{_SEEN}({each.lineno})").body
        statements.append(each)
    return statements


def _stays_first(node: ast.stmt) -> bool:
    """Whether a statement is a docstring or an import from the future."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"
