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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine

import audiences
from audiences.errors import FileRefusedError
from audiences.intake.workbooks import child
from audiences.intake.workbooks.offers import Row

SILENCE = 60.0  # seconds without a row, after which the child is stopped
_BLOCK = 1 << 18  # octets
_RUN = (  # the folders of python-calamine and of the product, and the arguments
    "import sys; sys.path += sys.argv[1:3];"
    f" from {child.__name__} import main; main(sys.argv[3], int(sys.argv[4]))"
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet that may be read: its name, its first rows, and remarks on it."""

    name: str
    row: int  # the number of the first row of `head`, from 1
    head: list[Row]
    merged: int  # cells over several rows
    hidden: dict[str, int]  # "rows", "columns" → how many are hidden
    struck: list[int]  # rows with a cell that is struck through
    comments: list[list[str]]  # cells with a comment, and its text


class Workbook:
    """An open workbook or web page. It must be closed; errors are FileRefusedError."""

    def __init__(self, file: BinaryIO, name: str, *, wanted: str) -> None:
        """Start the child; `wanted` is as in `child.main`, `name` is for errors."""
        self.name = name
        self.listed: list[tuple[str, bool]] = []  # the sheets, and whether visible
        self._process, self._answers = _start(file, wanted)
        self._lines = _lines(self._process, name)

    def next_sheet(self) -> Sheet | None:
        """Return the next sheet that may be read; None after the last.

        Call `rows` or `skip` before the next call.
        """
        for value in self._values():
            if "sheets" in value:
                self.listed = [(name, shown) for name, shown in value["sheets"]]
                continue
            return Sheet(
                name=value["sheet"],
                row=value["row"],
                head=value["head"],
                merged=value["merged"],
                hidden=value["hidden"],
                struck=value["struck"],
                comments=value["comments"],
            )
        return None

    def rows(self) -> Iterator[Row]:
        """Yield the rows after the head of the sheet that was returned last."""
        self._answer(b"y")
        for value in self._values():
            yield from value
            if not value:
                return

    def skip(self) -> None:
        """Do not read the sheet that was returned last."""
        self._answer(b"n")

    def close(self) -> None:
        """End the child, unless it ended."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None and not self._process.stdout.closed:
            self._process.stdout.close()
            os.close(self._answers)

    def _values(self) -> Iterator[Any]:
        for line in self._lines:
            value = json.loads(line)
            if isinstance(value, str):
                raise FileRefusedError(f"{self.name} {value}")
            yield value
        if status := self._process.wait():
            raise FileRefusedError(f"{self.name} {_ended(status)}")

    def _answer(self, letter: bytes) -> None:
        try:
            os.write(self._answers, letter)
        except BrokenPipeError:  # the child ended: the next line has the reason
            return


def _start(file: BinaryIO, wanted: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start the child; return it, and the descriptor that takes the answers."""
    folders = [
        str(Path(module.__path__[0]).parent) for module in (python_calamine, audiences)
    ]
    read, write = os.pipe()
    # isolated and without site-packages: the folder of work has no say in its modules
    command = [sys.executable, "-I", "-S", "-B", "-c", _RUN, *folders]
    file.seek(0)
    process = subprocess.Popen(  # noqa: S603 (our own program, by list)
        [*command, wanted, str(read)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=[read],
        env={},
    )
    os.close(read)
    return process, write


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
