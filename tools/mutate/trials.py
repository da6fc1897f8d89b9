"""Tries mutants in copies, several at a time, and says what became of each."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from tools.checkout import ROOT
from tools.mutate import copies
from tools.mutate.mutants import Mutant

PATIENCE = 20.0  # seconds beside five times what the tests take unchanged
_FIRST = 12  # tests that run alone at first: fewer files are imported for them
_PASSED, _NO_TESTS = 0, 5  # exit codes of pytest


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A mutant and the tests that judge it."""

    mutant: Mutant
    tests: list[str]
    chosen: int  # how many run the changed statement; not all may be tried
    seconds: float  # how long the tests take when all pass


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a mutant: `killed`, `timeout`, `survived` or `untested`."""

    mutant: Mutant
    outcome: str
    tests: int  # how many judged it
    chosen: int  # of how many that run the statement
    by: str | None = None  # the test that failed; None where nothing could be imported


class Workspace:
    """One copy of the checkout, and the server that runs tests in it."""

    def __init__(self, copy: Path, modules: list[str]) -> None:
        copies.make(copy)
        self._copy = copy
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tools.mutate.server"],
            cwd=self._copy,
            env=copies.environment(self._copy),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._send(modules)

    def _send(self, document: object) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(document) + "\n")
        self._server.stdin.flush()

    def _run(self, trial: Trial) -> dict[str, Any]:
        """Run the tests of a trial as the copy is now; see server.py for the answer."""
        assert self._server.stdout is not None
        limit = PATIENCE + 5 * trial.seconds
        self._send({"tests": trial.tests, "limit": limit})
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        if answer["code"] == _NO_TESTS:
            raise RuntimeError(f"none of these tests was found: {trial.tests[:3]} …")
        return answer

    def check(self, trial: Trial) -> None:
        """Raise RuntimeError where a test fails in the copy without any mutant."""
        answer = self._run(replace(trial, tests=trial.tests[:_FIRST]))
        if answer["code"] != _PASSED:
            raise RuntimeError(f"tests fail in a copy:\n{answer['output']}")

    def attempt(self, trial: Trial) -> Verdict:
        """Make one mutant, run its tests, and take the mutant back."""
        mutant = trial.mutant
        original = (ROOT / mutant.file).read_bytes()
        _write(self._copy / mutant.file, mutant.applied(original))
        first, rest = trial.tests[:_FIRST], trial.tests[_FIRST:]
        try:
            answer = self._run(replace(trial, tests=first))
            if rest and answer["code"] == _PASSED:
                answer = self._run(replace(trial, tests=rest))
        finally:
            _write(self._copy / mutant.file, original)
        outcomes = {_PASSED: "survived", None: "timeout"}
        return Verdict(
            mutant=mutant,
            outcome=outcomes.get(answer["code"], "killed"),
            tests=len(trial.tests),
            chosen=trial.chosen,
            by=answer["failed"],
        )

    def close(self) -> None:
        """End the server, and the tests it may be running."""
        with self._server:
            self._server.terminate()


def _write(path: Path, text: bytes) -> None:
    """Write a file; Python would take a compiled one of the same second and size."""
    path.write_bytes(text)
    for old in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        old.unlink()


def attempt_all(
    trials: Sequence[Trial],
    *,
    modules: list[str],
    processes: int,
    report: Callable[[Verdict], None],
) -> None:
    """Try every mutant that has tests, and report each verdict as it comes."""
    waiting: SimpleQueue[Trial] = SimpleQueue()
    judged = [each for each in trials if each.tests]
    for each in judged:
        waiting.put(each)
    for each in trials:
        if not each.tests:
            report(Verdict(mutant=each.mutant, outcome="untested", tests=0, chosen=0))
    if not judged:
        return
    spaces = [Workspace(copies.HOME / f"copy-{k}", modules) for k in range(processes)]
    kills: Counter[str] = Counter()

    def work(workspace: Workspace) -> None:
        workspace.check(judged[0])
        with suppress(Empty):
            while True:
                trial = waiting.get_nowait()
                # what has seen other mutants is likely to see this one
                tests = sorted(trial.tests, key=lambda test: -kills[test])
                verdict = workspace.attempt(replace(trial, tests=tests))
                kills[verdict.by or ""] += 1
                report(verdict)

    with ThreadPoolExecutor(processes) as pool:
        try:
            for done in [pool.submit(work, workspace) for workspace in spaces]:
                done.result()
        finally:  # also when it is interrupted: then no thread waits for an answer
            for workspace in spaces:
                workspace.close()
