"""Renders letters in a process of its own, with limits of time and memory.

`python -P -m mailer.rendering.child` reads tasks from its parent and answers each with
one line of JSON. It ends when its parent closes the pipe.
"""

import json
import resource
import signal
import sys
import time
from types import FrameType

from mailer.errors import ContentError
from mailer.rendering import tasks
from mailer.rendering.render import render
from mailer.rendering.source import Source
from mailer.rendering.template_files import TemplateFiles

SECONDS = 3  # of processor time for a letter, which takes some milliseconds
MEMORY = 1 << 30  # octets of address space


def main() -> int:
    """Answer tasks until the pipe is closed; return 0."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent closes the pipe
    signal.signal(signal.SIGVTALRM, _stop)
    templates: TemplateFiles | None = None
    for line in sys.stdin.buffer:
        source, templates = tasks.read(line, templates)
        sys.stdout.write(json.dumps(_answer(source, templates)) + "\n")
        sys.stdout.flush()
    return 0


def _answer(source: Source, templates: TemplateFiles) -> dict[str, str]:
    _allow_time()
    try:
        letter = render(source, templates)
    except ContentError as fault:
        return {"where": fault.where, "sentence": fault.sentence}
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return {
        "language": letter.language,
        "subject": letter.subject,
        "html": letter.html,
        "text": letter.text,
        "nonce": letter.marks.nonce,
    }


def _allow_time() -> None:
    """Allow the time of one letter: first an exception, then the end of the process."""
    end = int(time.process_time()) + 2 * SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


if __name__ == "__main__":
    raise SystemExit(main())
