"""The enumerations of the product, so that one member can stand for another."""

import ast
from collections.abc import Callable, Iterable, Iterator
from copy import copy

BASES = {"Enum", "IntEnum", "StrEnum", "Flag"}


def members_of(trees: Iterable[ast.Module]) -> dict[str, list[str]]:
    """Return the names of the members of every enumeration, by its name."""
    found = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and BASES & {
                each.id for each in node.bases if isinstance(each, ast.Name)
            }:
                found[node.name] = [
                    target.id
                    for each in node.body
                    if isinstance(each, ast.Assign)
                    for target in each.targets
                    if isinstance(target, ast.Name)
                ]
    return found


def swapped(
    members: dict[str, list[str]],
) -> Callable[[ast.expr], Iterator[tuple[ast.expr, str]]]:
    """Return the operator that puts the next member in the place of each."""

    def swap(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            names = members.get(node.value.id, [])
            if node.attr in names and len(names) > 1:
                other = copy(node)
                other.attr = names[(names.index(node.attr) + 1) % len(names)]
                yield other, f"{ast.unparse(node)} → {ast.unparse(other)}"

    return swap
