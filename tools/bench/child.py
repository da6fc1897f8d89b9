"""Runs one step in this process and says what it cost; `measure` is its other side.

It loads what the step needs and nothing else, so that its memory is the command's own;
then it says that it is ready, and begins when it is told to.
"""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from mailer.processes import event_loop, logs

MIB = 1024


def main() -> None:
    """Run the step named by module and function with its arguments, all JSON."""
    module, name, arguments = json.loads(sys.argv[1])
    step = getattr(importlib.import_module(module), name)
    given = [Path(value) if kind == "path" else value for kind, value in arguments]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if not sys.stdin.readline():
        return
    with logs.to_stderr():  # stdout has the figures alone
        found = measured(step, given)
    sys.stdout.write(json.dumps(found) + "\n")


def measured(step: Any, arguments: list[Any]) -> list[Any]:
    """Return seconds, processor seconds, the most memory held, and what was told."""
    started, cpu = time.perf_counter(), time.process_time()
    with logs.to_stderr(), event_loop.runner() as runner:  # stdout is for `measure`
        told = runner.run(step(*arguments))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    return [seconds, cpu, peak(), told]


def peak() -> float:
    """Return the most memory this process ever held, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmHWM"))
    return round(int(line.split()[1]) / MIB, 1)


if __name__ == "__main__":
    main()
