"""A workbook made to exhaust memory or time ends in one sentence, within limits."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import xlsxwriter

from audiences.errors import FileRefusedError
from audiences.intake import read
from audiences.intake.workbooks import child
from tests.audiences.workbooks import BOMBS, PAGES, million_formats

# reads a file, and prints its rows, its error, and the peak of memory in MB
READER = """
import json, resource, sys
from pathlib import Path
from audiences.errors import FileRefusedError
from audiences.intake import read
from audiences.intake.workbooks import child
rows, error = 0, ""
try:
    for _ in read.open_table(Path(sys.argv[1])).rows:
        rows += 1
except FileRefusedError as fault:
    error = str(fault)
status = Path("/proc/self/status").read_text()
own = int(status.partition("VmHWM:")[2].split()[0])
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([rows, error, (own + children) / 1000]))
"""


def read_apart(path: Path) -> tuple[int, str, float]:
    """Read a file in a process of its own; return its rows, error and MB."""
    done = subprocess.run(
        [sys.executable, "-c", READER, str(path)],
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(read.__file__).parents[2])},
    )
    rows, error, memory = json.loads(done.stdout)
    return rows, error, memory


def of_children() -> float:
    """Return the processor time of the processes that ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.prove
@pytest.mark.parametrize("make", BOMBS)
def test_a_bomb_ends_in_one_sentence_with_little_memory_and_time(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "bomb.xlsx"
    make(path)
    began = of_children()

    _, error, memory = read_apart(path)

    assert error.startswith("bomb.xlsx ")
    assert "\n" not in error
    assert len(error) < 400
    assert memory < 300
    assert of_children() - began < 5


@pytest.mark.prove
@pytest.mark.parametrize("name", PAGES)
def test_a_web_page_made_to_exhaust_ends_in_one_sentence_within_limits(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / "bomb.xls"
    begin, repeated = PAGES[name]
    path.write_text(begin + repeated * (9_000_000 // len(repeated)))

    rows, error, memory = read_apart(path)

    assert rows == 0
    assert error.startswith("bomb.xls ")
    assert len(error) < 400
    assert memory < 350


def test_a_workbook_with_a_million_formats_is_read(tmp_path: Path) -> None:
    path = tmp_path / "formats.xlsx"
    million_formats(path)

    rows, error, memory = read_apart(path)

    assert (rows, error) == (0, "")
    assert memory < 300


def test_a_large_workbook_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as written:
        sheet = written.add_worksheet()
        sheet.write_row(0, 0, ["address", "name", "kind", "country"])
        for number in range(1, 40_001):
            cells = [f"a{number}@x.example", f"Awa {number}", "ngo", "SN"]
            sheet.write_row(number, 0, cells)

    rows = list(read.open_table(path).rows)

    assert rows[-1] == ["a40000@x.example", "Awa 40000", "ngo", "SN"]
    assert len(rows) == 40_000


def test_the_reader_of_a_workbook_ends_with_its_last_row_used(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as written:
        sheet = written.add_worksheet()
        for number in range(30_000):
            sheet.write_row(number, 0, ["address", f"name {number}"])
    rows = read.open_table(path).rows
    next(rows)
    before = [each.cmdline() for each in psutil.Process().children()]
    assert [each for each in before if child.__name__ in " ".join(each)]

    rows.close()  # type: ignore[attr-defined]

    running = [each.cmdline() for each in psutil.Process().children()]
    assert not [each for each in running if child.__name__ in " ".join(each)]


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
def test_a_device_a_pipe_and_a_folder_are_refused_at_once(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "list.csv"
    if kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()

    with pytest.raises(FileRefusedError, match=r"not a regular file|Is a directory"):
        read.open_table(path)
