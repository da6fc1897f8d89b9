"""Writes down which statements run while which test runs; the copies call it.

Runs in the test's process and in every process that starts from there. Each appends to
a file of its own, at once, so that one that is killed loses nothing.
"""

import os
from collections.abc import Callable
from pathlib import Path

FOLDER = "LIAISON_MUTATE_RECORD"
TEST = "LIAISON_MUTATE_TEST"
NONE = "-"  # no test runs: modules are imported


class _Recorder:
    """What this process has written; one that was forked begins a file of its own."""

    def __init__(self) -> None:
        self.test = ""
        self.process = 0
        self.known: set[tuple[str, int]] = set()
        self.file = -1

    def write(self, file: str, line: int) -> None:
        """Note one statement of the running test."""
        if self.process != os.getpid():
            self.process = os.getpid()
            path = Path(os.environ[FOLDER]) / f"{self.process}-{os.urandom(4).hex()}"
            self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            self.begin(self.test or os.environ.get(TEST, NONE))
        if (file, line) not in self.known:
            self.known.add((file, line))
            os.write(self.file, f"{line} {file}\n".encode())

    def begin(self, test: str) -> None:
        """From now on statements belong to this test."""
        self.test = test
        os.environ[TEST] = test
        self.known.clear()
        if self.process == os.getpid():
            os.write(self.file, f"= {test}\n".encode())


_RECORDER = _Recorder()
begin = _RECORDER.begin


def of_file(file: str) -> Callable[[int], None]:
    """Return what the statements of a file call, with their line."""

    def seen(line: int) -> None:
        _RECORDER.write(file, line)

    return seen
