"""`mailer init --production`: asks for what real letters need, and refuses examples."""

import os
import pty
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mailer.cli.site.init import NEEDED, QUESTIONS
from mailer.settings import loading, real_names
from tests.acts.commands import Mailer, shown

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])

REAL = {
    "site.name": "Partnerships desk",
    "site.url": "https://letters.ngo-liaison.int/post",
    "mail.domain": "ngo-liaison.int",
    "mail.return_domain": "return.ngo-liaison.int",
    "sender.address": "desk@ngo-liaison.int",
    "sender.reply_to": "desk@ngo-liaison.int",
    "relay.host": "smtp.ngo-liaison.int",
    "relay.port": "587",
    "relay.security": "starttls",
}


def given(**other: str) -> list[str]:
    """Return the options that give every setting; `other` replaces some of them."""
    values = REAL | {name.replace("__", "."): value for name, value in other.items()}
    return [part for each in values.items() for part in ("--set", "=".join(each))]


@ON_SQLITE
def test_a_site_has_what_was_given(mailer: Mailer, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    made = mailer("init", str(folder), "--production", *given())
    settings = loading.load(folder / "config.toml")

    assert made.code == 0
    assert real_names.faults(settings) == []
    assert (settings.relay.port, settings.site.name) == (587, "Partnerships desk")
    assert settings.site.demo is False


@ON_SQLITE
def test_without_a_terminal_every_missing_setting_is_named(
    mailer: Mailer, tmp_path: Path
) -> None:
    refused = mailer("init", str(tmp_path / "new"), "--production", *given()[4:])
    said = shown(refused.err)

    assert refused.code == 1
    assert [each for each in NEEDED if f"--set '{each}=" in said] == list(NEEDED)[:2]
    assert not (tmp_path / "new").exists()


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"site__url": "http://letters.unit.int"}, "expected https"),
        ({"site__url": "https://letters.example.org"}, "an example domain"),
        ({"sender__address": "desk@unit.example"}, "sender.address: unit.example"),
        ({"relay__port": "many"}, "relay.port: found 'many'"),
        ({"relay__prot": "587"}, "did you mean port?"),
        ({"relais__port": "587"}, "relais.port: no such section"),
        ({"relay__security": "plain"}, "sends messages unencrypted"),
    ],
)
def test_what_no_reader_can_reach_is_refused_and_nothing_is_made(
    mailer: Mailer, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    refused = mailer("init", str(tmp_path / "new"), "--production", *given(**change))

    assert refused.code == 1
    assert sentence in shown(refused.err)
    assert not (tmp_path / "new").exists()


@ON_SQLITE
def test_a_setting_of_another_form_is_refused(mailer: Mailer, tmp_path: Path) -> None:
    refused = mailer("init", str(tmp_path / "new"), "--set", "relay.port")

    assert refused.code == 1
    assert "expected SECTION.KEY=VALUE" in shown(refused.err)


@ON_SQLITE
def test_a_demonstration_is_not_for_production(mailer: Mailer, tmp_path: Path) -> None:
    assert mailer("init", str(tmp_path / "n"), "--production", "--sample").code == 2


def test_a_terminal_is_asked_each_question(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = (sys.executable, "-P", "-m", "mailer", "init", tmp_path / "new")
    os.write(ours, "".join(f"{each}\n" for each in REAL.values()).encode())
    done = subprocess.run(
        [*command, "--production"],
        stdin=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(ours)
    os.close(theirs)
    config = tomllib.loads((tmp_path / "new" / "config.toml").read_text())

    assert done.returncode == 0, done.stderr
    assert [each for each in QUESTIONS.values() if each not in done.stderr] == []
    assert config["mail"]["domain"] == "ngo-liaison.int"
    assert config["relay"]["port"] == 587
