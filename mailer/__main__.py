"""The command `mailer`, which is also `python -m mailer`.

Loading the program takes tenths of a second, in which Ctrl-C ends it with a sentence.
"""

import importlib
import os
import signal
from types import FrameType

# mailer.cli.interruption has both, but must be loaded first
_NOTHING, _EXIT_CODE = b"mailer: stopped; this command changed nothing\n", 130


def main() -> None:
    """Load the program and run the command; exit with its code."""
    ends = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ends:  # it is ignored in a job in the background
        signal.signal(signal.SIGINT, _end)
    command = importlib.import_module("mailer.cli.main")
    if ends:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    command.main()


def _end(_number: int, _frame: FrameType | None) -> None:
    """End the process at once: an exception could be lost in a module's callback."""
    os.write(2, _NOTHING)
    os._exit(_EXIT_CODE)


if __name__ == "__main__":
    main()
