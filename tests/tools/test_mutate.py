"""What a mutation run records, which tests it chooses, and what it remembers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools.checkout import ROOT
from tools.mutate import recorder, report, trials
from tools.mutate.__main__ import in_room
from tools.mutate.coverage import Coverage, Ran
from tools.mutate.instrument import instrumented
from tools.mutate.mutants import Mutant
from tools.mutate.results import Results
from tools.mutate.selection import Selection, importers
from tools.mutate.trials import Trial, Verdict, Workspace

WORDS, CADENCES = "scheduler/words.py", "scheduler/cadences.py"
TOLD = '''"""A module."""
from __future__ import annotations
def f(a):
    """A function."""
    if a:
        return 1
    return 2
'''


def test_a_file_tells_which_statements_run_in_which_test(tmp_path: Path) -> None:
    """In the test's process and in those it starts, under the test's name."""
    made = instrumented(TOLD.encode(), "told.py")
    (tmp_path / "told.py").write_text(made, encoding="utf-8")
    record = tmp_path / "record"
    record.mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
        recorder.FOLDER: str(record),
        recorder.TEST: "a test",
    }

    done = subprocess.run(
        [sys.executable, "-c", "import told; told.f(0); told.f(0)"],
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.stderr == ""
    (written,) = record.iterdir()
    assert written.read_text(encoding="utf-8").splitlines() == [
        "= a test",
        "5 told.py",
        "7 told.py",
    ]


def of(file: str, *, statement: int, imported: bool) -> Mutant:
    """A change of a statement."""
    return Mutant(
        file=file,
        line=statement,
        statement=statement,
        imported=imported,
        scope="",
        operator="constant",
        shown="1 → 2",
        start=0,
        end=0,
        text="",
    )


def test_a_change_is_judged_by_the_tests_that_run_its_statement() -> None:
    runs = {
        "a::slow": Ran(seconds=2, statements={WORDS: [7]}),
        "a::quick": Ran(seconds=1, statements={WORDS: [7]}),
        "a::elsewhere": Ran(seconds=1, statements={WORDS: [9]}),
        "a::failing": Ran(failed=True, statements={WORDS: [7]}),
        "b::importing": Ran(seconds=3, statements={"mailer/b.py": [1]}),
        "c::other": Ran(seconds=3, statements={"mailer/c.py": [1]}),
    }
    coverage = Coverage(state={}, tests=runs, imported={}, modules=[])
    choice = Selection(coverage=coverage, importers={WORDS: {"mailer/b.py"}})

    running = choice.trial(of(WORDS, statement=7, imported=False))
    importing = choice.trial(of(WORDS, statement=7, imported=True))

    assert running.tests == ["a::quick", "a::slow"]
    assert set(importing.tests) == {
        "a::slow",
        "a::quick",
        "a::elsewhere",
        "b::importing",
    }


def test_who_imports_a_file_is_read_from_the_sources() -> None:
    found = importers()

    assert "mailer/outbox/claim.py" in found["mailer/outbox/message_states.py"]
    assert "tests/mailer/outcomes/test_marks.py" in found["mailer/outcomes/mark.py"]
    assert "mailer/outcomes/mark.py" not in found["mailer/outcomes/record.py"]


SCHEDULE, SLOTS = "tests/scheduler/test_slots.py", "scheduler/slots.py"


def killed(mutant: Mutant, by: str | None) -> Verdict:
    """A verdict that a test, or none, saw the change."""
    return Verdict(mutant=mutant, outcome="killed", tests=1, chosen=1, by=by)


def test_what_is_known_counts_until_something_it_relies_on_changes(
    tmp_path: Path,
) -> None:
    seen_, crashed, alive = (
        of(WORDS, statement=number, imported=False) for number in (1, 2, 3)
    )
    crashed, alive = (
        replace(each, start=number, end=number)
        for number, each in ((1, crashed), (2, alive))
    )
    path = tmp_path / "results.jsonl"
    before = {SCHEDULE: "1", "tests/other.py": "1"}
    first = Results(before, path)
    for verdict in (
        killed(seen_, f"{SCHEDULE}::test_a"),
        killed(crashed, None),
        replace(killed(alive, None), outcome="survived"),
    ):
        first.keep(verdict)

    def known(state: dict[str, str]) -> list[bool]:
        again = Results(state, path)
        return [again.known(each) is not None for each in (seen_, crashed, alive)]

    assert known(before) == [True, True, True]
    assert known(before | {"tests/other.py": "2"}) == [True, False, False]
    assert known(before | {SCHEDULE: "2"}) == [False, False, False]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A copy of the checkout in which changes are tried."""
    made = Workspace(
        tmp_path / "copy", ["asyncio", "litestar", "sqlalchemy.ext.asyncio"]
    )
    yield made
    made.close()


def inserted(text: str) -> Mutant:
    """A change that puts a text at the end of the slots."""
    end = len((ROOT / SLOTS).read_bytes())
    mutant = of(SLOTS, statement=1, imported=True)
    return replace(mutant, start=end, end=end, text=text)


@pytest.mark.prove
def test_a_change_is_tried_in_a_copy_and_taken_back(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{SCHEDULE}::test_a_repeated_time_is_used_once[Europe/Berlin]"
    before = (ROOT / SLOTS).read_bytes()

    def tried(text: str, patience: float = 120.0) -> tuple[str, str | None]:
        monkeypatch.setattr(trials, "PATIENCE", patience)
        trial = Trial(mutant=inserted(text), tests=[name], chosen=1, seconds=0.0)
        verdict = workspace.attempt(trial)
        assert (ROOT / SLOTS).read_bytes() == before
        return verdict.outcome, verdict.by

    assert tried("slots_after = lambda *_: iter(())\n") == ("killed", name)
    assert tried("1 / 0\n")[0] == "killed"
    assert tried("while True: ...\n", patience=3.0) == ("timeout", None)
    assert tried("") == ("survived", None)


def test_a_room_is_named_by_its_path_or_with_dots() -> None:
    files = in_room("mailer/outcomes")

    assert in_room("mailer.outcomes") == files
    assert in_room("mailer.outcomes.mark") == in_room("mailer/outcomes/mark.py")
    assert set(in_room("mailer.outcomes.mark")) < set(files)
    for wrong in ("tests", "mailer/nothing", ".", "../x"):
        with pytest.raises(ValueError, match="no file and no folder"):
            in_room(wrong)


def test_the_report_tells_shares_and_what_survived_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text(
        "[[survivor]]\n"
        f'file = "{WORDS}"\nscope = ""\nchange = "1 → 2"\nreason = "no difference"\n'
        "[[survivor]]\n"
        f'file = "{WORDS}"\nscope = ""\nchange = "3 → 4"\nreason = "gone"\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(report, "REASONS", path)
    mutant = of(WORDS, statement=7, imported=False)
    alive = Verdict(mutant=mutant, outcome="survived", tests=3, chosen=3)
    other = replace(alive, mutant=replace(mutant, shown="5 → 6"))

    told = report.report([killed(mutant, "a"), killed(mutant, "a"), alive, other])

    assert "50.0%" in told
    assert f"{WORDS}:7: 5 → 6 [constant; 3 of 3 tests]" in told
    assert "no difference" in told
    assert told.index("5 → 6") < told.index("1 → 2") < told.index("3 → 4")
