"""Reads a workbook in a child process, so that a hostile file ends only that process.

The child has limits of memory and processor time; it writes rows while they are used.
"""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import python_calamine

from audiences.errors import FileRefusedError
from audiences.intake.workbooks import child

SILENCE = 60.0  # seconds without a row, after which the child is stopped
_BLOCK = 1 << 18  # octets
_RUN = (  # the folder of python-calamine, and the program
    "import runpy, sys; sys.path.append(sys.argv[1]);"
    " runpy.run_path(sys.argv[2], run_name='__main__')"
)


def rows(file: BinaryIO, name: str) -> Iterator[list[str]]:
    """Yield the rows of the first sheet of an open file, as texts.

    `name` is the file's name, for errors. Raises FileRefusedError when it cannot be
    read within the limits.
    """
    process = _start(file)
    try:
        for line in _lines(process, name):
            value = json.loads(line)
            if isinstance(value, str):
                raise FileRefusedError(f"{name} {value}")
            yield from value
        if status := process.wait():
            raise FileRefusedError(f"{name} {_ended(status)}")
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _start(file: BinaryIO) -> subprocess.Popen[bytes]:
    folder = str(Path(python_calamine.__file__).parent.parent)
    # isolated and without site-packages: the folder of work has no say in its modules
    command = [sys.executable, "-I", "-S", "-B", "-c", _RUN, folder, child.__file__]
    file.seek(0)
    return subprocess.Popen(  # noqa: S603 (our own program, by list)
        command,
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )


def _lines(process: subprocess.Popen[bytes], name: str) -> Iterator[bytes]:
    """Yield the lines that the child writes; refuse the file when it falls silent."""
    if process.stdout is None:
        raise FileRefusedError(f"{name} cannot be read")
    source = process.stdout.fileno()
    waiting = select.poll()
    waiting.register(source, select.POLLIN)
    rest = b""
    while True:
        if not waiting.poll(SILENCE * 1000):
            raise FileRefusedError(
                f"{name} gives no row within {SILENCE:.0f} seconds; save it as CSV"
            )
        block = os.read(source, _BLOCK)
        if not block:
            return
        *lines, rest = (rest + block).split(b"\n")
        yield from lines


def _ended(status: int) -> str:
    """Return why the child ended, as the end of a sentence."""
    if status in {-signal.SIGXCPU, -signal.SIGKILL}:
        return "takes too much time to read; save it as CSV"
    if status in {-signal.SIGABRT, -signal.SIGSEGV, child.OUT_OF_MEMORY}:
        return (
            "would take too much memory: it has cells far apart, or repeats long texts;"
            " save the rows that you need as CSV"
        )
    return "cannot be read as a workbook; save it as .xlsx"
