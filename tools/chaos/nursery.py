"""Starts `mailer` processes at once: one process has the program loaded, and forks.

A start of the command takes longer than most lives in a kill test. What is forked is
the command itself with its own process, files and signals; only the imports are shared.
The nursery reaps what ended, so that a killed worker is truly gone.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.checkout import ROOT

BESIDES = ("aiosqlite", "psycopg", "sqlalchemy.dialects.postgresql.psycopg")
LOADED = ("work", "messages", "campaigns", "contacts", "tick", "init", "users")


@dataclass(frozen=True, kw_only=True)
class Child:
    """A running `mailer`."""

    nursery: "Nursery"
    pid: int
    said: Path  # its stdout and stderr

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self, seconds: float) -> int | None:
        """Return how it ended, negative for a signal; None when it still runs."""
        code = self.nursery.ask({"wait": self.pid, "seconds": seconds})
        return None if code is None else int(code)

    def destroy(self) -> None:
        """Kill -9, and wait until it is gone."""
        self.kill()
        if self.wait(10) is None:
            raise RuntimeError(f"process {self.pid} survives SIGKILL")

    def text(self) -> str:
        """Return what it said."""
        return self.said.read_text(encoding="utf-8", errors="replace")


class Nursery:
    """The process that forks, as its driver holds it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.chaos.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def ask(self, request: Mapping[str, Any]) -> Any:
        """Send one request and wait for its answer."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the nursery has no pipes")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(
        self,
        arguments: Sequence[str],
        *,
        said: Path,
        environment: Mapping[str, str],
        stopped: bool = False,
    ) -> Child:
        """Start one `mailer`; `stopped` leaves it stopped until it gets SIGCONT."""
        pid = self.ask(
            {
                "start": list(arguments),
                "said": str(said),
                "environment": dict(environment),
                "stopped": stopped,
            }
        )
        return Child(nursery=self, pid=int(pid), said=said)

    def clear(self) -> None:
        """Kill -9 all that still runs."""
        self.ask({"clear": True})

    def close(self) -> None:
        """End the nursery, and all that still runs."""
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.stdout.close()
        self._process.wait(10)


def serve(run: Any) -> None:
    """Fork as asked until the driver goes away."""
    started: list[int] = []
    ended: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        answer: int | None = None
        if "start" in request:
            answer = _fork(request, run)
            started.append(answer)
        elif "wait" in request:
            answer = _wait(request["wait"], request["seconds"], ended)
        else:
            _clear(started, ended)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    _clear(started, ended)


def _clear(started: Sequence[int], ended: dict[int, int]) -> None:
    for pid in started:
        if pid not in ended:
            os.kill(pid, signal.SIGKILL)
            _wait(pid, 10, ended)


def _fork(request: Mapping[str, Any], run: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        said = os.open(request["said"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(source, target)
        os.environ.update(request["environment"])
        if request["stopped"]:
            os.kill(os.getpid(), signal.SIGSTOP)
        code = run(request["start"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _wait(pid: int, seconds: float, ended: dict[int, int]) -> int | None:
    until = time.monotonic() + seconds
    while pid not in ended:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            ended[pid] = os.waitstatus_to_exitcode(status)
        elif time.monotonic() >= until:
            return None
        else:
            time.sleep(0.002)
    return ended[pid]


def main() -> None:
    """Load the program, then fork."""
    cli = __import__("mailer.cli.main", fromlist=["run"])
    for name in LOADED:
        __import__(cli.NOUNS[name].module)
    for name in BESIDES:  # what a worker loads when it opens its store
        __import__(name)
    __import__("sqlalchemy.orm").orm.configure_mappers()
    gc.collect()
    gc.freeze()  # a child looks through nothing that was here before it
    serve(cli.run)


if __name__ == "__main__":
    main()
