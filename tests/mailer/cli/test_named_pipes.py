"""A pipe or a device that is named as a file ends in a sentence, or is read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailer import named_files
from mailer.cli.main import run
from mailer.errors import RefusedError
from tests.acts.commands import Mailer
from tools.checkout import ROOT

MAIL = b"Subject: failure notice\n\n<a@b.example>: 550 5.1.1 user unknown\n"
MAILER = [sys.executable, "-P", "-m", "mailer"]
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A pipe that nothing writes into."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_pipe_that_nothing_writes_into_is_refused(
    pipe: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["feedback", "classify", str(pipe)]) == 1
    assert "nothing was written into this pipe" in capfd.readouterr().err


def test_a_pipe_that_is_silent_is_given_up(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_files, "SILENCE", 0.1)
    writer = os.open(pipe, os.O_RDWR)
    try:
        os.write(writer, b"the beginning")
        with named_files.opened(pipe, pipes=True) as file:
            assert file.peek(2)[:2] == b"th"
            with pytest.raises(TimeoutError, match="nothing came for 0 seconds"):
                file.read()
    finally:
        os.close(writer)


@pytest.mark.parametrize(
    ("name", "pipes", "sentence"),
    [
        ("/dev/zero", True, "is a device; name a file or a pipe"),
        ("/dev/null", False, "is a device; name a file"),
        ("/dev", True, "is a folder"),
        ("/missing", True, "No such file"),
    ],
)
def test_what_is_no_file_is_named(name: str, *, pipes: bool, sentence: str) -> None:
    with pytest.raises(RefusedError, match=f"{name} .*{sentence}"):
        named_files.opened(Path(name), pipes=pipes)


def test_what_a_program_writes_is_read_as_a_mail() -> None:
    done = subprocess.run(
        [*MAILER, "feedback", "classify", "/dev/stdin"],
        input=MAIL,
        capture_output=True,
        env=ENVIRONMENT,
        timeout=60,
        check=False,
    )

    assert done.stdout.startswith(b"/dev/stdin  bounce\n"), done


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("init PIPE", "is not a folder"),
        ("demo PIPE", "is not a folder"),
        ("inbox --port 0 --maildir PIPE", "pipe/tmp cannot be used: Not a directory"),
        ("restore PIPE --into NEW", "is a pipe, and this is read more than once"),
    ],
)
def test_a_pipe_in_the_place_of_a_folder_or_backup_is_refused(
    pipe: Path, words: str, sentence: str, capfd: pytest.CaptureFixture[str]
) -> None:
    named = words.replace("PIPE", str(pipe)).replace("NEW", f"{pipe}-new")

    assert run(named.split()) == 1
    assert sentence in capfd.readouterr().err


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_source_is_no_pipe_and_no_device(mailer: Mailer, pipe: Path) -> None:
    """It is read again and again; a pipe gives its content once."""
    for place in (str(pipe), "/dev/null"):
        given = ("add", "partners", place, "--by", "editor")
        done = mailer("contacts", "sources", *given)
        assert done.code == 1
        assert f"{place} is a pipe or a device, which cannot be read again" in done.err
    assert mailer("contacts", "sources", "list", "--json").json == []
