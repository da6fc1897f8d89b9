"""Which tests are quick: by what they need, and by how long they took."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.checkout import ROOT

INI = """
[pytest]
addopts = --import-mode=importlib
filterwarnings = ignore::pytest.PytestUnknownMarkWarning
"""
CONFTEST = """
from tests.marking import Marking

def pytest_configure(config):
    config.pluginmanager.register(Marking(config))
"""
SOME = """
import time
import pytest

@pytest.fixture(scope="module")
def made(): return 1

@pytest.fixture
def browser(): return 1

@pytest.fixture
def cluster(): return 1

def test_plain(): ...
def test_slow(): time.sleep(0.6)
def test_made(made): ...
def test_looking(browser): ...
def test_served(cluster): ...

@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_stored(store): ...
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with some tests, marked as those of this project are."""
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "some" / "test_some.py").write_text(SOME, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(INI, encoding="utf-8")
    return tmp_path


def ran(folder: Path, chosen: str, *more: str) -> set[str]:
    """Return the tests that ran where the marks are these."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", *more, "-m", chosen, "some"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.replace("[gw0] ", "") for line in done.stdout.splitlines()]
    words = [word for line in lines if "PASSED" in line for word in line.split()]
    return {word.split("::")[1] for word in words if "::" in word}


@pytest.mark.prove
@pytest.mark.parametrize("more", [(), ("-n", "1")], ids=["alone", "in processes"])
def test_what_was_slow_or_needs_much_is_not_quick(
    folder: Path, more: tuple[str, ...]
) -> None:
    first = ran(folder, "quick", *more)
    second = ran(folder, "quick", *more)
    needs = ran(folder, "postgresql or browser or shared", *more)

    assert first == {"test_plain", "test_slow", "test_stored[sqlite]"}
    assert second == {"test_plain", "test_stored[sqlite]"}
    assert needs == {
        "test_made",
        "test_looking",
        "test_served",
        "test_stored[postgresql]",
    }


GROUPED = """
import pytest

@pytest.mark.parametrize("number", range(40))
@pytest.mark.xdist_group("one")
def test_grouped(number): ...

@pytest.mark.parametrize("number", range(40))
def test_free(number): ...
"""


@pytest.mark.prove
def test_tests_of_one_group_run_in_one_process(folder: Path) -> None:
    (folder / "some" / "test_some.py").write_text(GROUPED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *["-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup"]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    # one process runs all tests whose names end with the same group
    ran = re.findall(r"\[(gw\d)\].*PASSED.*::test_(\w+)\[\d+\](\S*)", done.stdout)

    assert {(name, group) for _, name, group in ran} == {
        ("grouped", "@one"),
        ("free", ""),
    }
    assert len({process for process, name, _ in ran if name == "grouped"}) == 1
