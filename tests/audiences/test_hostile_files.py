"""A list made to exhaust the reader is refused in one sentence, with little memory."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.acts.commands import Mailer, shown
from tools.checkout import ROOT

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

REPEATED = 4_000_000  # octets: more than any limit
HEAD = b"address;name;organisation\n"
# What the file begins with, what is repeated after it, and the sentence.
LISTS: dict[str, tuple[bytes, bytes, str]] = {
    "a long line": (HEAD, b"x", "row 2: a line of more than 1,000,000 characters"),
    "a long heading": (b"", b"x", "row 1: a line of more than 1,000,000 characters"),
    "many headings": (b"address;", b"a;", "row 1: a line of more than 1,000,000"),
    "many cells": (HEAD, b";", "row 2: a line of more than 1,000,000 characters"),
    "a quotation": (HEAD + b'"', b"xxxxxxx\n", "row 2: a cell of more than 131,072"),
    "a quoted heading": (b'address;"', b"xxxx\n", "row 1: a cell of more than"),
    "empty rows": (HEAD, b"\n", "more than 100,000 empty rows"),
    "rows of spaces": (HEAD, b" ; \n", "more than 100,000 empty rows"),
    "ends of lines": (HEAD, b"\r", "more than 100,000 empty rows"),
    "UTF-16": (b"\xff\xfea\0d\0d\0r\0e\0s\0s\0\n\0", b"x\0", "row 2: a line of more"),
    "no encoding": (HEAD, b"\x81", "row 2: a line of more"),
}
SIZE = 1_000_000_000  # octets; the rest of the file is a hole, which holds NUL
MEMORY = 300_000  # KB
MEASURED = """
import sys
from mailer.cli import main
code = main.run(sys.argv[1:])
# ru_maxrss would begin with the size of the process that started this one
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0], file=sys.stderr)
sys.exit(code)
"""


def write(path: Path, begin: bytes, repeated: bytes) -> Path:
    with path.open("wb") as file:
        file.write(begin)
        file.write(repeated * (REPEATED // len(repeated)))
    return path


@pytest.mark.parametrize("name", LISTS)
def test_it_is_refused_in_one_sentence(
    mailer: Mailer, tmp_path: Path, name: str
) -> None:
    begin, repeated, sentence = LISTS[name]
    path = write(tmp_path / "list.csv", begin, repeated)
    began = time.process_time()
    run = mailer("contacts", "import", str(path), "--basis", "test")

    assert time.process_time() - began < 5
    assert run.code == 1
    assert sentence in shown(run.err)
    assert shown(run.err).count("mailer: ") == 1


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_file_of_a_hole_is_refused_before_it_is_read(
    mailer: Mailer, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.touch()
    os.truncate(path, SIZE * 50)
    began = time.process_time()
    run = mailer("contacts", "import", str(path))

    assert time.process_time() - began < 5
    assert run.code == 1
    assert "has 50,000,000,000 octets; at most 1,000,000,000" in shown(run.err)


def test_what_only_looks_like_a_file_is_refused_in_one_sentence(mailer: Mailer) -> None:
    run = mailer("contacts", "import", "/proc/self/mem")

    assert run.code == 1
    assert shown(run.err) == "mailer: /proc/self/mem: Input/output error"


@pytest.mark.prove
@pytest.mark.parametrize("begin", [b"", HEAD, HEAD + b'"', HEAD + b"a@b.example;"])
def test_a_file_of_a_gigabyte_takes_little_memory_and_time(
    folder: Path, tmp_path: Path, begin: bytes
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(begin)
    with path.open("r+b") as file:
        file.truncate(SIZE)
    arguments = ("--config", str(folder / "config.toml"), "contacts", "import")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments, str(path), "--basis", "test"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    *sentences, kilobytes = ran.stderr.strip().splitlines()

    assert ran.returncode == 1
    assert [each for each in sentences if "Traceback" in each] == []
    assert any(each.startswith("mailer: list.csv, row ") for each in sentences)
    assert int(kilobytes) < MEMORY
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5
