"""Keeps what became of each mutant, so that a run can be taken up again.

A kill counts as long as the changed file and the file of the test that killed it read
the same; every other verdict, as long as nothing has changed that tests rely on.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from tools.checkout import ROOT
from tools.mutate import copies
from tools.mutate.mutants import Mutant
from tools.mutate.trials import Verdict


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """One line of the file."""

    key: str
    state: str
    outcome: str
    tests: int
    chosen: int
    by: str | None
    file: str  # the hash of the killing test's file


class Results:
    """What became of mutants in this run and earlier ones."""

    def __init__(self, state: dict[str, str], path: Path) -> None:
        self._path = path
        self._files = state
        self._state = copies.hashed(json.dumps(state, sort_keys=True).encode())
        self._kept: dict[str, _Kept] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                kept = _Kept(**json.loads(line))
                self._kept[kept.key] = kept

    def known(self, mutant: Mutant) -> Verdict | None:
        """Return what became of a mutant, where that still counts."""
        kept = self._kept.get(_key(mutant))
        if kept is None or not (kept.state == self._state or self._still(kept)):
            return None
        return Verdict(
            mutant=mutant,
            outcome=kept.outcome,
            tests=kept.tests,
            chosen=kept.chosen,
            by=kept.by,
        )

    def _still(self, kept: _Kept) -> bool:
        return kept.file != "" and kept.file == self._file(kept.by)

    def _file(self, test: str | None) -> str:
        return self._files.get(test.split("::")[0], "") if test else ""

    def keep(self, verdict: Verdict) -> None:
        """Write one verdict down at once."""
        kept = _Kept(
            key=_key(verdict.mutant),
            state=self._state,
            outcome=verdict.outcome,
            tests=verdict.tests,
            chosen=verdict.chosen,
            by=verdict.by,
            file=self._file(verdict.by),
        )
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(vars(kept)) + "\n")


def _key(mutant: Mutant) -> str:
    return mutant.key((ROOT / mutant.file).read_bytes())
