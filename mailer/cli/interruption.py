"""What is true when a person interrupts a command with Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mailer.errors import MailerError

EXIT_CODE = 130  # of a process that SIGINT ends
NOTHING = "stopped; this command changed nothing"


class InterruptionError(MailerError):
    """A person interrupted the command; the message says what is done."""


def after(commits: int) -> InterruptionError:
    """Return the error of a command that has begun this many commits."""
    if commits:
        return InterruptionError("stopped; what this command had done by then stays")
    return InterruptionError(NOTHING)


@contextmanager
def ignored() -> Iterator[None]:
    """Ignore Ctrl-C in a block that ends soon; only the main thread gets it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def end_quietly() -> None:
    """Let Ctrl-C end the process at once, when all is done and shown."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
