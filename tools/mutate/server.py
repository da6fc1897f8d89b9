"""Runs pytest again and again in a copy, each time in a child of its own.

What the tests import from other projects is imported once, before the children are
forked; that is more than half the time of a small run. The first line of stdin names
these modules. Every further line is a request, and is answered by one line, all JSON.
"""

import importlib
import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tools.mutate import selected_plugin
from tools.mutate.coverage_plugin import OURS

_ARGUMENTS = [
    *("-q", "-x", "-p", "no:cacheprovider", "-p", "tools.mutate.selected_plugin"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # plugins came before pytest
]
_LATER = {"hypothesis", "_hypothesis_pytestplugin"}  # they look at who imports them
_OUTPUT = Path("output.txt")


def main() -> None:
    """Prepare, and answer requests until there are none."""
    for name in json.loads(sys.stdin.readline()):
        if name.split(".")[0] not in {*OURS, *_LATER}:
            with suppress(Exception):  # a test that needs it will import it itself
                importlib.import_module(name)
    assert threading.active_count() == 1, "a child cannot have the threads of others"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for line in sys.stdin:
        print(json.dumps(_answer(**json.loads(line))), flush=True)


def _answer(tests: list[str], limit: float) -> dict[str, object]:
    """Run tests until one fails, for `limit` seconds at most.

    Returns the `seconds` it took, the exit `code` of pytest, None where it was too
    long, the name of the test that `failed`, None where none did, and the last words.
    """
    chosen, failed = Path("chosen.json").absolute(), Path("failed.txt").absolute()
    chosen.write_text(json.dumps(tests), encoding="utf-8")
    failed.unlink(missing_ok=True)
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.environ |= {selected_plugin.CHOSEN: str(chosen)}
        os.environ |= {selected_plugin.FAILED: str(failed)}
        _run(sorted({each.split("::")[0] for each in tests}))
    try:
        code = _code(child, began + limit)
    finally:
        with suppress(ProcessLookupError):  # it, or what it left running
            os.killpg(child, signal.SIGKILL)
    return {
        "code": code,
        "failed": failed.read_text(encoding="utf-8") if failed.exists() else None,
        "seconds": round(time.monotonic() - began, 2),
        "output": _OUTPUT.read_text(encoding="utf-8", errors="replace")[-2000:],
    }


def _run(files: list[str]) -> None:
    """Be the child: run pytest and end."""
    code = 70
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with _OUTPUT.open("wb") as output, Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        base = f"--basetemp={Path('temporary').absolute()}"
        code = int(pytest.main([*_ARGUMENTS, base, *files]))
    finally:
        os._exit(code)


def _code(child: int, deadline: float) -> int | None:
    """Wait for the child until the deadline; return its exit code."""
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


if __name__ == "__main__":
    main()
