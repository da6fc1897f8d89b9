"""Chooses the tests of a mutant: those that run its statement.

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
from tools.mutate.coverage import Coverage
from tools.mutate.mutants import Mutant
from tools.mutate.trials import Trial

ENOUGH = 120.0  # seconds of tests that judge one mutant


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
class Selection:
    """Chooses tests by what they ran."""

    coverage: Coverage
    importers: dict[str, set[str]]

    def __post_init__(self) -> None:
        self._by_statement: dict[tuple[str, int], set[str]] = defaultdict(set)
        self._by_file: dict[str, set[str]] = defaultdict(set)
        for test, ran in self.coverage.tests.items():
            if not ran.failed:
                self._by_file[test.split("::")[0]].add(test)
                for file, lines in ran.statements.items():
                    self._by_file[file].add(test)
                    for line in lines:
                        self._by_statement[file, line].add(test)

    def trial(self, mutant: Mutant) -> Trial:
        """Return a mutant with the tests that judge it."""
        chosen = set(self._by_statement[mutant.file, mutant.statement])
        early = mutant.statement in self.coverage.imported.get(mutant.file, ())
        if mutant.imported or (early and not chosen):
            for file in {mutant.file, *self.importers[mutant.file]}:
                chosen |= self._by_file[file]
        enough: list[str] = []
        taken = 0.0
        for test in self._closest_first(chosen):
            more = taken + self.coverage.tests[test].seconds
            if not enough or more <= ENOUGH:
                enough.append(test)
                taken = more
        return Trial(mutant=mutant, tests=enough, chosen=len(chosen), seconds=taken)

    def _closest_first(self, tests: set[str]) -> list[str]:
        """Return the tests, those first that run the fewest files of the product."""
        ran = self.coverage.tests
        return sorted(
            tests, key=lambda test: (len(ran[test].statements), ran[test].seconds, test)
        )
