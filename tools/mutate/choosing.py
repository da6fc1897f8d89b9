"""Chooses the tests of a change: those that run its statement.

A statement that runs while its module is imported is run by no test. For these, tests
are chosen that run anything of the module or of a module that imports it, or whose own
file imports it. Where all would take longer than a minute, the quickest are taken.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tools.checkout import ROOT
from tools.mutate import copies
from tools.mutate.changes import Change
from tools.mutate.recording import Record
from tools.mutate.trials import Trial

ENOUGH = 60.0  # seconds of tests that judge one change


def importers() -> dict[str, set[str]]:
    """Return by file which files of the product and of the tests import it."""
    found = defaultdict(set)
    for path in [*copies.product(), *sorted((ROOT / "tests").rglob("*.py"))]:
        for module in _imported(ast.parse(path.read_bytes())):
            for file in (f"{module}.py", f"{module}/__init__.py"):
                found[file].add(copies.relative(path))
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name.replace(".", "/") for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            module = node.module.replace(".", "/")
            yield module
            yield from (f"{module}/{each.name}" for each in node.names)


@dataclass(kw_only=True)
class Choice:
    """Chooses tests by a record."""

    record: Record
    importers: dict[str, set[str]]

    def __post_init__(self) -> None:
        self._by_statement: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._by_file: dict[str, set[str]] = defaultdict(set)
        for test, ran in self.record.tests.items():
            if not ran.failed:
                self._by_file[test.split("::")[0]].add(test)
                for file, lines in ran.statements.items():
                    self._by_file[file].add(test)
                    for line in lines:
                        self._by_statement[file, line].add(test)

    def trial(self, change: Change) -> Trial:
        """Return a change with its tests, the quickest first."""
        chosen = set(self._by_statement[change.file, change.statement])
        early = change.statement in self.record.imported.get(change.file, ())
        if change.imported or (early and not chosen):
            for file in {change.file, *self.importers[change.file]}:
                chosen |= self._by_file[file]
        seconds = {test: self.record.tests[test].seconds for test in chosen}
        quickest = sorted(chosen, key=lambda test: (seconds[test], test))
        enough: list[str] = []
        total = 0.0
        for test in quickest:
            total += seconds[test]
            if enough and total > ENOUGH:
                break
            enough.append(test)
        taken = sum(seconds[each] for each in enough)
        return Trial(change=change, tests=enough, chosen=len(chosen), seconds=taken)
