"""Every command a document shows really runs.

The README is followed from the top of a checkout, the pages of docs/ in the site that
the README's demo leaves behind.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from tests.acts.commands import COMMANDS
from tests.docs.markdown import DOCUMENTS, Fence, fences, quoted
from tools.checkout import ROOT
from tools.peers.postgres import free_port

pytestmark = pytest.mark.xdist_group("documents")  # one demo serves them all

TEST = "python3 run.py test"  # what runs these tests cannot be run by them
PAGES = [path for path in DOCUMENTS if path.parent != ROOT]
SERVING = {"serve", "web"}


def steps(path: Path) -> list[Fence]:
    """The blocks to follow: commands, and files to write."""
    return [each for each in fences(path) if each.form == "sh" or each.file]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a fresh checkout, with `mailer` on the path."""
    folder = tmp_path_factory.mktemp("checkout")
    for path in ROOT.iterdir():
        if path.name != "demo":
            (folder / path.name).symlink_to(path)
    shims = tmp_path_factory.mktemp("bin")
    for name, line in (("mailer", " -m mailer"), ("python3", "")):
        shim = shims / name
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}"{line} "$@"\n')
        shim.chmod(0o755)
    os.environ["PATH"] = f"{shims}{os.pathsep}{os.environ['PATH']}"
    return folder


@pytest.fixture(scope="session")
def port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def environment(port: int) -> dict[str, str]:
    """What the commands see: pages on a free port, this environment's packages."""
    return {
        **os.environ,
        "MAILER_WEB__PORT": str(port),
        "LIAISON_VENV": sys.prefix,
        "COLUMNS": "100",
    }


@pytest.fixture(scope="session")
def followed(checkout: Path, environment: dict[str, str], port: int) -> Path:
    """The checkout after every command of the README."""
    for fence in steps(ROOT / "README.md"):
        follow(fence, checkout, environment, port)
    return checkout


def follow(fence: Fence, folder: Path, environment: dict[str, str], port: int) -> None:
    """Write the file, or run the commands, of one block."""
    if fence.file:
        path = folder / fence.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fence.text, encoding="utf-8")
        return
    for line in fence.text.splitlines():
        words = shlex.split(line)
        if SERVING & set(words):
            serve(words, folder, environment, port)
        elif line != TEST:
            done = subprocess.run(
                ["/bin/sh", "-c", line],
                cwd=folder,
                env={**environment, "PATH": os.environ["PATH"]},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            assert "Traceback" not in done.stderr


def serve(
    words: list[str], folder: Path, environment: dict[str, str], port: int
) -> None:
    """Start the pages, see them answer, and stop them with Ctrl-C."""
    with subprocess.Popen(
        words,
        cwd=folder,
        env={**environment, "PATH": os.environ["PATH"]},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        assert any("stop with Ctrl-C" in line for line in lines)
        answered(f"http://127.0.0.1:{port}/static/style.css", process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0, process.stderr.read()


def answered(address: str, process: subprocess.Popen[str]) -> None:
    """Wait until the pages answer, as long as they run."""
    while process.poll() is None:
        with suppress(OSError):
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 (loopback)
                assert answer.status == 200
                return
    pytest.fail("the pages stopped")


@pytest.mark.prove
def test_every_command_of_the_readme_runs(followed: Path) -> None:
    assert (followed / "demo" / "config.toml").exists()


@pytest.mark.prove
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_command_of_a_page_runs_in_the_site_of_the_demo(
    path: Path, followed: Path, environment: dict[str, str], port: int
) -> None:
    for fence in steps(path):
        follow(fence, followed / "demo", environment, port)


@pytest.mark.prove
def test_every_command_of_contributing_runs(
    followed: Path, environment: dict[str, str], port: int
) -> None:
    for fence in steps(ROOT / "CONTRIBUTING.md"):
        follow(fence, followed, environment, port)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_is_not_run_does_not_look_like_a_command(path: Path) -> None:
    forms = {"sh", "console", "text", "toml", "markdown", "ini"}
    for fence in fences(path):
        assert fence.form in forms
        if fence.form != "sh":
            assert not re.search(r"^(mailer|python3) ", fence.text, re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_command_named_in_a_sentence_exists_with_its_options(path: Path) -> None:
    shown = [
        line.removeprefix("$ ")
        for fence in fences(path)
        if fence.form == "console"  # what needs something no test has
        for line in fence.text.splitlines()
    ]
    for each in quoted(path) + shown:
        program, *words = each.replace("python3 run.py mailer", "mailer").split()
        if program != "mailer" or not words:
            continue
        name = next(
            (tuple(words[:n]) for n in (3, 2, 1) if tuple(words[:n]) in COMMANDS), None
        )

        assert name, f"{path.name}: no command {each!r}"
        options = COMMANDS[name].params
        known = {o for p in options for o in (*p.opts, *p.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known


def test_the_checks_of_the_project_are_the_readmes_second_command_and_proofs() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    readme = [fence.text.strip() for fence in fences(ROOT / "README.md")]

    assert script[-2:] == [TEST, "exec python3 run.py prove"]
    assert TEST in readme
