"""The command as a process: its files, its output, and the folder it is started in."""

import functools
import json
import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from audiences import characters
from tests.acts.commands import Mailer
from tools.checkout import ROOT

UNSAFE = "\x1b]0;x\x07 \x9b31m \u202e \u2066 \u2028 \x7f \ud800"


def run(
    *arguments: str,
    cwd: Path,
    stdout: int = subprocess.PIPE,
    before: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "mailer", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
        preexec_fn=before,
    )


@pytest.mark.prove
def test_a_new_site_is_for_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = run("init", "site", "--sample", cwd=tmp_path)
    finally:
        os.umask(before)
    open_to_others = [
        path
        for path in [tmp_path / "site", *(tmp_path / "site").rglob("*")]
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]

    assert made.returncode == 0, made.stderr
    assert open_to_others == []


@pytest.fixture
def store() -> str:
    """Run on SQLite only: the kind of store does not matter."""
    return "sqlite"


def allow_files(limit: int) -> None:
    """Let no file grow beyond a number of octets; this stands for a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def test_a_store_that_has_no_room_beside_it_says_so(mailer: Mailer) -> None:
    words = ("--config", str(mailer.config), "topics", "list")
    ran = run(
        *words, cwd=mailer.config.parent, before=functools.partial(allow_files, 0)
    )

    assert ran.returncode == 1
    assert b"its disk is full" in ran.stderr


@pytest.mark.parametrize(
    ("words", "limit"), [("init new", 12_000), ("backup new.tar.gz", 600_000)]
)
def test_what_has_no_room_is_not_made(
    mailer: Mailer, tmp_path: Path, words: str, limit: int
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    ran = run(
        *("--config", str(mailer.config), *words.split()),
        cwd=place,
        before=functools.partial(allow_files, limit),
    )

    assert ran.returncode == 1
    assert any(each in ran.stderr for each in (b"full", b"was not written"))
    assert b"unexpected" not in ran.stderr
    assert list(place.iterdir()) == []


@pytest.mark.prove
@pytest.mark.parametrize("store", ["postgresql"])
def test_an_archive_that_has_no_room_leaves_neither_part_nor_traceback(
    mailer: Mailer, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    ran = run(
        *("--config", str(mailer.config), "backup", str(place)),
        cwd=place,
        before=functools.partial(allow_files, 50_000),
    )

    assert ran.returncode == 1
    assert b"the disk is full; make room" in ran.stderr
    assert b"Traceback" not in ran.stderr
    assert list(place.iterdir()) == []


def test_a_program_reads_each_row_of_a_table_as_one_line(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    words = ("--config", str(mailer.config), "contacts", "list", "--limit", "9")
    wide = run(*words, cwd=mailer.config.parent).stdout.decode().splitlines()
    monkeypatch.setenv("COLUMNS", "60")
    narrow = run(*words, cwd=mailer.config.parent).stdout.decode().splitlines()

    assert sum("@" in each and each.split()[0].count(".") > 1 for each in wide) == 9
    assert len(wide) == 9 + 4
    assert len(narrow) > len(wide)


@pytest.mark.parametrize("verb", ["topics list", "segments list", "users list"])
def test_a_result_that_cannot_be_written_is_a_sentence(
    mailer: Mailer, verb: str
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = run(
            *("--config", str(mailer.config), *verb.split()),
            cwd=mailer.config.parent,
            stdout=full.fileno(),
        )

    assert ran.returncode == 1
    assert ran.stderr == b"mailer: a disk is full; make room, then try again\n"


def test_a_reader_that_has_enough_is_no_fault(mailer: Mailer) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        ran = run(
            *("--config", str(mailer.config), "topics", "list"),
            cwd=mailer.config.parent,
            stdout=closed.fileno(),
        )

    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_file_of_the_working_folder_is_never_imported(tmp_path: Path) -> None:
    for name in ("mailer", "struct", "click", "sqlite3"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)", encoding="utf-8")
    command = [sys.executable, str(ROOT / "run.py"), "mailer", "--version"]
    environment = os.environ | {"LIAISON_VENV": str(Path(sys.executable).parents[1])}
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, check=False
    )

    assert (ran.returncode, ran.stderr) == (0, b"")


def test_json_shows_no_character_that_steers_a_terminal() -> None:
    text = json.dumps({"name": UNSAFE}, ensure_ascii=False)
    escaped = characters.escaped_json(text)

    assert escaped.isprintable()
    assert json.loads(escaped) == {"name": UNSAFE}
