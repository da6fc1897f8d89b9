"""Renders letters in a kept child process, so that no template harms its parent.

The child is started with the first letter and kept for the next ones. After a fault it
is replaced: it may have reached a limit of time or memory. Calls from several threads
follow each other.
"""

import atexit
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from pathlib import Path

import mailer
from mailer.errors import ContentError
from mailer.rendering import tasks
from mailer.rendering.child import MEMORY, SECONDS
from mailer.rendering.marks import Marks
from mailer.rendering.source import Letter, Source
from mailer.rendering.template_files import TemplateFiles

TIMEOUT = 30.0  # seconds on the clock for one letter, on a busy machine
MAX_ANSWER = 20_000_000  # octets


class Renderer:
    """One child process that renders letters, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._known: TemplateFiles | None = None  # the templates that the child has

    def render(self, source: Source, templates: TemplateFiles) -> Letter:
        """Return the letter; raise ContentError if it cannot be rendered.

        Waits for the child: in an event loop, call it in a thread.
        """
        with self._lock:
            line = self._ask(source, templates)
            answer = json.loads(line) if line else None
            if answer is None or "where" in answer:
                self.close()
        if answer is None:
            raise ContentError(
                f"{source.template}/body.mjml",
                f"rendering failed, or took more than {SECONDS} s of processor time"
                f" or {MEMORY >> 20} MB of memory",
            )
        if "where" in answer:
            raise ContentError(answer["where"], answer["sentence"])
        return Letter(marks=Marks(answer.pop("nonce")), **answer)

    def close(self) -> None:
        """End the child; the next letter starts another one."""
        child, self._child, self._known = self._child, None, None
        if child is not None:
            child.kill()
            child.communicate()

    def _ask(self, source: Source, templates: TemplateFiles) -> bytes | None:
        """Return the child's answer; None if it ended or took too long."""
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = _start()
        child = self._child
        if child.stdin is None or child.stdout is None:
            return None
        task = tasks.write(source, None if templates == self._known else templates)
        self._known = templates
        try:
            child.stdin.write(task)
            child.stdin.flush()
            answer = _line(child.stdout.fileno(), time.monotonic() + TIMEOUT)
        except OSError:
            return None
        return answer


def _start() -> subprocess.Popen[bytes]:
    """Start the child with an empty environment, except where the program is."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "mailer.rendering.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(Path(mailer.__file__).parents[1])},
    )


def _line(descriptor: int, deadline: float) -> bytes | None:
    """Read one line; None at the end of the pipe, the deadline or too many octets."""
    read = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(descriptor, selectors.EVENT_READ)
        while not read.endswith(b"\n"):
            if len(read) > MAX_ANSWER or not waiting.select(
                deadline - time.monotonic()
            ):
                return None
            piece = os.read(descriptor, 1 << 20)
            if not piece:
                return None
            read += piece
    return bytes(read)


kept = Renderer()
atexit.register(kept.close)
