"""Chooses the tests of a change: those that run its statement.

A statement that runs while its module is imported is run by no test. For these, tests
are chosen that run anything of the module or of a module that imports it, or whose own
file imports it. Where all would take longer than two minutes, those are taken that run
the fewest files of the product: they look at it most closely.
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

ENOUGH = 120.0  # seconds of tests that judge one change


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
        """Return a change with the tests that judge it."""
        chosen = set(self._by_statement[change.file, change.statement])
        early = change.statement in self.record.imported.get(change.file, ())
        if change.imported or (early and not chosen):
            for file in {change.file, *self.importers[change.file]}:
                chosen |= self._by_file[file]
        enough: list[str] = []
        taken = 0.0
        for test in self._closest_first(chosen):
            more = taken + self.record.tests[test].seconds
            if not enough or more <= ENOUGH:
                enough.append(test)
                taken = more
        return Trial(change=change, tests=enough, chosen=len(chosen), seconds=taken)

    def _closest_first(self, tests: set[str]) -> list[str]:
        """Return the tests, those first that run the fewest files of the product."""
        ran = self.record.tests
        return sorted(
            tests, key=lambda test: (len(ran[test].statements), ran[test].seconds, test)
        )
