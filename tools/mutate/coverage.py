"""Records which test runs which statement, in a copy whose statements tell of it.

It is kept. Where only files of tests have changed since, these alone run again.
"""

import json
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from tools.mutate import copies, recorder
from tools.mutate.instrument import instrumented

TRIED = "not postgresql and not browser and not shared and not prove"
_KEPT = copies.HOME / "kept.json"
_RAW = copies.HOME / "raw"


@dataclass(kw_only=True)
class Ran:
    """What one test ran."""

    seconds: float = 0.0
    failed: bool = False  # without any change, so it can judge none
    statements: dict[str, list[int]] = field(default_factory=dict)  # file → lines


@dataclass(kw_only=True)
class Coverage:
    """What the tests run, in one state of the checkout."""

    state: dict[str, str]  # file → hash of its text
    tests: dict[str, Ran]
    imported: dict[str, list[int]]  # statements that run before any test does
    modules: list[str]  # not ours, in the order the tests imported them


def measured(processes: int) -> Coverage:
    """Return the coverage of the checkout as it is; make what is missing of it."""
    state, before = copies.state(), _load()
    if before and before.state == state:
        return before
    files = _changed_tests(before.state, state) if before else None
    if before is None or files is None:
        before, files = Coverage(state={}, tests={}, imported={}, modules=[]), ["tests"]
    _run(processes, files)
    _merge(before, state)
    _KEPT.write_text(json.dumps(asdict(before)), encoding="utf-8")
    return before


def _load() -> Coverage | None:
    if not _KEPT.exists():
        return None
    kept = json.loads(_KEPT.read_text(encoding="utf-8"))
    tests = {name: Ran(**each) for name, each in kept.pop("tests").items()}
    return Coverage(tests=tests, **kept)


def _changed_tests(before: dict[str, str], now: dict[str, str]) -> list[str] | None:
    """Return the files of tests that changed, or None where anything else did."""
    names = before.keys() | now.keys()
    changed = {each for each in names if before.get(each) != now.get(each)}
    if all(each.startswith("tests/") and "/test_" in each for each in changed):
        return sorted(changed & now.keys())
    return None


def _run(processes: int, files: list[str]) -> None:
    """Run tests in a copy that records its statements in `_RAW`."""
    shutil.rmtree(_RAW, ignore_errors=True)
    _RAW.mkdir()
    if not files:
        return
    print(f"recording which statements {' '.join(files)} runs …", file=sys.stderr)
    copy = copies.HOME / "instrumented"
    copies.make(copy)
    for path in copies.product():
        name = copies.relative(path)
        (copy / name).write_text(
            instrumented(path.read_bytes(), name), encoding="utf-8"
        )
    arguments = ["-q", "--tb=no", "--no-summary", "-p", "no:cacheprovider"]
    arguments += ["-n", str(processes), "--dist", "loadgroup", "-m", TRIED]
    arguments += ["-p", "tools.mutate.coverage_plugin"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *files],
        cwd=copy,
        env=copies.environment(copy) | {recorder.FOLDER: str(_RAW)},
        stdout=sys.stderr,
        check=False,
    )


def _merge(kept: Coverage, state: dict[str, str]) -> None:
    """Replace what is known of the test files that ran."""
    for test in list(kept.tests):
        file = test.split("::")[0]
        if state.get(file) != kept.state.get(file):
            del kept.tests[test]
    tests: dict[str, Ran] = defaultdict(Ran)
    for test, seconds, failed in _documents("times"):
        tests[test].seconds += seconds
        tests[test].failed |= failed
    lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for test, file, line in _statements():
        lines[test][file].add(line)
    for test, fixtures in _documents("uses"):
        for fixture in fixtures:
            for file, numbers in lines[fixture].items():
                lines[test][file] |= numbers
    for file, numbers in lines[recorder.NONE].items():
        kept.imported[file] = sorted({*kept.imported.get(file, ()), *numbers})
    for test, ran in tests.items():
        ran.statements = {file: sorted(each) for file, each in lines[test].items()}
    names = [each for names in _documents("modules") for each in names]
    kept.modules = list(dict.fromkeys([*kept.modules, *names]))
    kept.tests |= tests
    kept.state = state


def _statements() -> Iterator[tuple[str, str, int]]:
    for path in _RAW.glob("[0-9]*"):
        test = recorder.NONE
        for line in path.read_text(encoding="utf-8").splitlines():
            first, rest = line.split(" ", 1)
            if first == "=":
                test = rest
            else:
                yield test, rest, int(first)


def _documents(name: str) -> Iterator[Any]:
    for path in _RAW.glob(f"{name}-*"):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
