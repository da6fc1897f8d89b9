"""Reads mails in a process of its own, with limits of time and memory.

`python -P -m mailer.feedback.arrivals.reading_child` reads frames from its parent: a
line with the sizes of some mails, then their octets. It answers each mail with one line
of JSON. It ends when its parent closes the pipe.
"""

import json
import resource
import signal
import sys
import time
from dataclasses import fields
from types import FrameType

from mailer.feedback.diagnosis import NamedRecipient
from mailer.feedback.opening import OpenedMail, opened

SECONDS = 3  # of processor time for a mail, which takes less than a millisecond
MEMORY = 512 << 20  # octets of address space
_OF_MAIL = tuple(each.name for each in fields(OpenedMail))
_OF_RECIPIENT = tuple(each.name for each in fields(NamedRecipient))


def main() -> int:
    """Answer frames until the pipe is closed; return 0."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent closes the pipe
    signal.signal(signal.SIGVTALRM, _stop)
    for line in sys.stdin.buffer:
        sizes = [int(each) for each in line.split()]
        mails = [sys.stdin.buffer.read(each) for each in sizes]
        for place in range(len(mails)):
            sys.stdout.write(_answer(mails[place]) + "\n")
            sys.stdout.flush()
            mails[place] = b""
    return 0


def _answer(mail: bytes) -> str:
    """Return what a mail says, as JSON; null if it took too much."""
    end = int(time.process_time()) + 2 * SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        return json.dumps(_plain(opened(mail)))
    except (TimeoutError, MemoryError, RecursionError):
        return "null"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _plain(mail: OpenedMail) -> dict[str, object]:
    """Return the values of a mail by name; `asdict` copies each of them."""
    values = {each: getattr(mail, each) for each in _OF_MAIL}
    values["recipients"] = [
        {each: getattr(recipient, each) for each in _OF_RECIPIENT}
        for recipient in mail.recipients
    ]
    return values


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


if __name__ == "__main__":
    raise SystemExit(main())
