"""Opens files that an operator names, and waits for no pipe or device for ever.

A shell gives a program's output as a pipe, so logs and mails may be piped. What is read
more than once is a regular file.
"""

import errno
import io
import os
import selectors
import stat
from pathlib import Path
from typing import Any

from mailer.errors import RefusedError, unreadable

SILENCE = 60.0  # seconds without an octet, after which a pipe is given up
ONCE = "is a pipe, and this is read more than once; save it as a file first"


def opened(path: Path, *, pipes: bool = False) -> io.BufferedReader:
    """Open a file to read; with `pipes` also a pipe, which is read as it is written.

    Reading a pipe raises TimeoutError, an OSError, if nothing comes for SILENCE, or
    ever. Raises RefusedError for what cannot be read.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as fault:
        raise RefusedError(f"{path} {unreadable(fault)}") from None
    kind = os.fstat(file).st_mode
    if stat.S_ISREG(kind):
        return os.fdopen(file, "rb")
    if pipes and stat.S_ISFIFO(kind):
        return io.BufferedReader(_Pipe(file))
    os.close(file)
    if stat.S_ISFIFO(kind):
        raise RefusedError(f"{path} {ONCE}")
    what = "a folder" if stat.S_ISDIR(kind) else "a device"
    raise RefusedError(f"{path} is {what}; name a file{' or a pipe' if pipes else ''}")


class _Pipe(io.RawIOBase):
    """The end of a pipe, opened without waiting for who writes into it."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._came = False

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file

    def readinto(self, buffer: Any, /) -> int:
        try:
            count = os.readv(self._file, [buffer])
        except BlockingIOError:  # a program has it open, and has not written yet
            self._wait()
            count = os.readv(self._file, [buffer])
        if not count and not self._came:
            raise self._silent("nothing was written into this pipe")
        self._came = True
        return count

    def _wait(self) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._file, selectors.EVENT_READ)
            if not waiting.select(SILENCE):
                raise self._silent(f"nothing came for {SILENCE:.0f} seconds")

    def close(self) -> None:
        if not self.closed:
            os.close(self._file)
        super().close()

    @staticmethod
    def _silent(sentence: str) -> TimeoutError:
        return TimeoutError(errno.ETIMEDOUT, sentence)
