"""`python3 run.py mutate ROOM …`: changes a room of the product, and runs its tests.

Every small change (operators.py, statements.py) is made in a copy of the checkout, and
the tests that run the changed statement are run there, on SQLite only. A change that no
test sees has survived: a test is missing, or the code is not needed, or the change
makes no difference. Those of the last kind stand with their reason in survivors.toml.

It takes minutes to hours, and may be interrupted and started again: it goes on where it
was. Everything it writes is in .mutate; without that folder it starts from nothing.
"""

import argparse
import ast
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from tools.checkout import ROOT
from tools.mutate import choosing, copies, enums, recording, report
from tools.mutate.changes import Change
from tools.mutate.finding import Finder
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
    rooms = parser.parse_args().room
    signal.signal(signal.SIGTERM, _stop)
    try:
        files = [path for room in rooms for path in in_room(room)]
    except ValueError as fault:
        parser.error(str(fault))
    try:
        run(files)
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


def run(files: list[Path]) -> None:
    """Try every change of these files that is not known yet, and report."""
    copies.HOME.mkdir(exist_ok=True)
    processes = os.cpu_count() or 1
    record = recording.record(processes)
    choice = choosing.Choice(record=record, importers=choosing.importers())
    results = Results(record.state, copies.HOME / "results.jsonl")
    verdicts, trials = [], []
    for change in changes(files):
        known = results.known(change)
        if known:
            verdicts.append(known)
        else:
            trials.append(choice.trial(change))
    already = len(verdicts)
    print(f"{already} changes are known, {len(trials)} are tried …", file=sys.stderr)

    def told(verdict: Verdict) -> None:
        results.keep(verdict)
        verdicts.append(verdict)
        done = f"[{len(verdicts) - already}/{len(trials)}]"
        by = f" by {verdict.by}" if verdict.by else ""
        print(done, f"{verdict.outcome}{by}:", report.line(verdict), file=sys.stderr)

    attempt_all(trials, modules=record.modules, processes=processes, told=told)
    verdicts.sort(key=lambda each: (each.change.file, each.change.start))
    print(report.report(verdicts))


def changes(files: list[Path]) -> list[Change]:
    """Return every change of some files."""
    trees = [ast.parse(path.read_bytes()) for path in copies.product()]
    finder = Finder(enums.members_of(trees))
    return [
        change
        for path in files
        for change in finder.changes(copies.relative(path), path.read_bytes())
    ]


if __name__ == "__main__":
    main()
