"""`python3 run.py mutate ROOM …`: changes a room of the product, and runs its tests.

Each mutant is one small change (operators.py, statements.py). It is made in a copy of
the checkout, and the tests that run the changed statement run there, on SQLite only. A
mutant that no test sees survives: a test is missing, or the code is not needed, or the
change makes no difference. The last kind stands with its reason in survivors.toml.

`--sample N` tries at most N mutants of each file, the same ones at each run.

It takes minutes to hours, and may be interrupted and started again: it goes on where it
was. Everything it writes is in .mutate; without that folder it starts from nothing.
"""

import argparse
import ast
import os
import signal
import sys
from pathlib import Path
from random import Random
from types import FrameType

from tools.checkout import ROOT
from tools.mutate import copies, coverage, enums, report, selection
from tools.mutate.mutants import Mutant
from tools.mutate.mutation import Finder
from tools.mutate.results import Results
from tools.mutate.trials import Verdict, attempt_all


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="run.py mutate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "room",
        nargs="+",
        help="a file or folder of the product, as a path or with dots: mailer.outcomes",
    )
    parser.add_argument("--sample", type=int, metavar="N", help="at most N a file")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    try:
        files = [path for room in given.room for path in in_room(room)]
    except ValueError as fault:
        parser.error(str(fault))
    try:
        run(files, sample=given.sample)
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        raise SystemExit(130) from None


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def in_room(room: str) -> list[Path]:
    """Return the files of a room; raise ValueError where there is none."""
    for name in (room, room.replace(".", "/"), room.replace(".", "/") + ".py"):
        path = (ROOT / name).resolve()
        found = [each for each in copies.product() if path in {each, *each.parents}]
        if found and any(path.is_relative_to(ROOT / each) for each in copies.PRODUCT):
            return found
    raise ValueError(f"{room} is no file and no folder of {', '.join(copies.PRODUCT)}")


def run(files: list[Path], *, sample: int | None = None) -> None:
    """Try every mutant of these files that is not known yet, and report."""
    copies.HOME.mkdir(exist_ok=True)
    processes = os.cpu_count() or 1
    covered = coverage.measured(processes)
    selected = selection.Selection(coverage=covered, importers=selection.importers())
    results = Results(covered.state, copies.HOME / "results.jsonl")
    verdicts, trials = [], []
    for mutant in mutants(files, sample):
        known = results.known(mutant)
        if known:
            verdicts.append(known)
        else:
            trials.append(selected.trial(mutant))
    already = len(verdicts)
    print(f"{already} mutants are known, {len(trials)} are tried …", file=sys.stderr)

    def show(verdict: Verdict) -> None:
        results.keep(verdict)
        verdicts.append(verdict)
        done = f"[{len(verdicts) - already}/{len(trials)}]"
        by = f" by {verdict.by}" if verdict.by else ""
        print(done, f"{verdict.outcome}{by}:", report.line(verdict), file=sys.stderr)

    attempt_all(trials, modules=covered.modules, processes=processes, report=show)
    verdicts.sort(key=lambda each: (each.mutant.file, each.mutant.start))
    print(report.report(verdicts))


def mutants(files: list[Path], sample: int | None = None) -> list[Mutant]:
    """Return every mutant of some files, or a sample of each file."""
    trees = [ast.parse(path.read_bytes()) for path in copies.product()]
    finder = Finder(enums.members_of(trees))
    chosen = []
    for path in files:
        found = finder.mutants(copies.relative(path), path.read_bytes())
        if sample is not None and sample < len(found):
            found = Random(path.name).sample(found, sample)  # noqa: S311 (no secret)
        chosen += found
    return chosen


if __name__ == "__main__":
    main()
