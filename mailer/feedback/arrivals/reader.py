"""Reads mails in a kept child process, so that no mail harms its parent.

The child is started with the first mail and kept for the next ones. A mail that ends it
is not read again; the others are read by another child.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mailer
from mailer.delivery.smtp.verdict import Permanence
from mailer.feedback.classify import MailKind
from mailer.feedback.diagnosis import NamedRecipient
from mailer.feedback.mime import MAX_BYTES
from mailer.feedback.opening import OpenedMail

TIMEOUT = 30.0  # seconds on the clock for one mail, on a busy machine
MAX_FRAME = 32_000_000  # octets given to the child at once
MAX_ANSWER = 1_000_000  # octets
_LISTS = (
    *("received_for", "envelope_ids", "answers"),
    *("returned_paths", "returned_links", "leave_tokens"),
)


class MailReader:
    """One child process that reads mails, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._rest = b""  # of what the child wrote

    def read(self, mails: Sequence[bytes]) -> list[OpenedMail | None]:
        """Return what each mail says; None for one that cannot be read.

        Waits for the child: in an event loop, call it in a thread.
        """
        found: list[OpenedMail | None] = []
        with self._lock:
            while len(found) < len(mails):
                frame = _frame(mails[len(found) :])
                answers = self._ask(frame)
                found += answers
                if len(answers) < len(frame):
                    self.close()
                    found.append(None)  # the mail that ended the child
        return found

    def close(self) -> None:
        """End the child; the next mail starts another one."""
        child, self._child, self._rest = self._child, None, b""
        if child is not None:
            child.kill()
            child.communicate()

    def _ask(self, frame: Sequence[bytes]) -> list[OpenedMail | None]:
        """Return the child's answers; fewer if it ended or took too long."""
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = _start()
        child = self._child
        answers: list[OpenedMail | None] = []
        if child.stdin is None or child.stdout is None:
            return answers
        sizes = " ".join(str(len(each)) for each in frame)
        try:
            child.stdin.write(sizes.encode() + b"\n")
            child.stdin.writelines(frame)
            child.stdin.flush()
            for _ in frame:
                line = self._line(child.stdout.fileno(), time.monotonic() + TIMEOUT)
                if line is None:
                    break
                answers.append(_parsed(json.loads(line)))
        except (OSError, ValueError):
            pass  # the child has ended: what it answered counts
        return answers

    def _line(self, descriptor: int, deadline: float) -> bytes | None:
        """Read one line; None at the end of the pipe, or the deadline."""
        with selectors.DefaultSelector() as waiting:
            waiting.register(descriptor, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                left = deadline - time.monotonic()
                if len(self._rest) > MAX_ANSWER or not waiting.select(left):
                    return None
                piece = os.read(descriptor, 1 << 20)
                if not piece:
                    return None
                self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def _frame(mails: Sequence[bytes]) -> list[bytes]:
    """Return the first mails, cut at MAX_BYTES each, that are read at once."""
    frame: list[bytes] = []
    size = 0
    for each in mails:
        size += min(len(each), MAX_BYTES)
        if frame and size > MAX_FRAME:
            break
        frame.append(each[:MAX_BYTES])
    return frame


def _parsed(values: dict[str, Any] | None) -> OpenedMail | None:
    if values is None:
        return None
    recipients = tuple(
        NamedRecipient(**{**each, "permanence": Permanence(each["permanence"])})
        for each in values["recipients"]
    )
    lists = {name: tuple(values[name]) for name in _LISTS}
    kind = MailKind(values["kind"])
    return OpenedMail(**{**values, **lists, "kind": kind, "recipients": recipients})


def _start() -> subprocess.Popen[bytes]:
    """Start the child with an empty environment, except where the program is."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "mailer.feedback.arrivals.reading_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(Path(mailer.__file__).parents[1])},
    )


kept = MailReader()
atexit.register(kept.close)
