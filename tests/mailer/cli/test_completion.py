"""`mailer completion`: real shells complete nouns, verbs and options."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = [  # what is typed, one of the words offered, one that is not
    ("mailer camp", "campaigns", "contacts"),
    ("mailer campaigns app", "approve", "cancel"),
    ("mailer campaigns approve --un", "--until", "--by"),
    ("mailer completion z", "zsh", "bash"),
]
BASH = """
source /dev/stdin <<< "$(mailer completion bash)"
COMP_WORDS=({typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_mailer_completion mailer; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = "mailer completion fish | source; complete -C '{typed}'"
ZSH = """
compdef() {{ }}; compadd() {{ print -l -- ${{(P)@[-1]}} }}
_describe() {{ print -l -- ${{(P)3}} }}
eval "$(mailer completion zsh)"
words=({typed}); CURRENT=$#words; _mailer_completion
"""
SCRIPTS = {"bash": BASH, "fish": FISH, "zsh": ZSH}


@pytest.fixture
def path(tmp_path: Path) -> str:
    """The folders of programs, with `mailer` in the first."""
    shim = tmp_path / "bin" / "mailer"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m mailer "$@"\n')
    shim.chmod(0o755)
    return f"{shim.parent}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("shell", SCRIPTS)
@pytest.mark.parametrize(("typed", "offered", "other"), CASES)
def test_a_shell_completes(
    path: str, tmp_path: Path, shell: str, typed: str, offered: str, other: str
) -> None:
    script = SCRIPTS[shell].format(typed=typed)
    done = subprocess.run(
        [shell, "-c", script],
        env={**os.environ, "PATH": path, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    words = {line.split("\t")[0].split(":")[0] for line in done.stdout.splitlines()}

    assert offered in words, done.stderr
    assert other not in words
