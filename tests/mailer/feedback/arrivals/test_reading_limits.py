"""The child's limits hold, whatever its reading does: tried with a reading that is bad.

No mail is known that needs them, so a program puts such a reading into the child.
"""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.checkout import ROOT

PROGRAM = """
import os, sys
from mailer.feedback.arrivals import reading_child as child

def bad(mail):
    if mail == b"good":
        return usual(b"Subject: x\\n\\nx")
    exec(mail)

usual, child.opened, child.SECONDS = child.opened, bad, 1
raise SystemExit(child.main())
"""
ENDLESS = b"while True: pass"
LARGE = b"bytearray(600_000_000)"
NESTED = b"f = lambda: f()\nglobals()['f'] = f\nf()"
IN_C = b"import collections, itertools\ncollections.deque(itertools.repeat(0), 0)"


def answers(*mails: bytes) -> tuple[list[str], int]:
    """Return the lines that the child answers, and how it ended."""
    sizes = " ".join(str(len(each)) for each in mails).encode()
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM],
        input=sizes + b"\n" + b"".join(mails),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
    )
    return done.stdout.decode().splitlines(), done.returncode


@pytest.mark.parametrize(
    "bad", [ENDLESS, LARGE, NESTED], ids=["time", "memory", "depth"]
)
def test_a_mail_that_takes_too_much_is_not_read_and_the_child_goes_on(
    bad: bytes,
) -> None:
    (first, second), code = answers(bad, b"good")

    assert first == "null"
    assert json.loads(second)["kind"]
    assert code == 0


@pytest.mark.prove
def test_a_mail_that_holds_a_library_ends_the_child() -> None:
    lines, code = answers(IN_C, b"good")

    assert lines == []
    assert code == -signal.SIGXCPU


def test_reading_a_mail_writes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "written"
    answers(f"open({str(file)!r}, 'w', 1).write('a line\\n')".encode())

    assert file.read_text("utf-8") == ""
