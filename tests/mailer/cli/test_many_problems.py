"""A letter with very many problems is checked in a moment, and each is said once."""

import time
from pathlib import Path

import pytest

from tests.acts import campaigning
from tests.acts.commands import Mailer, shown

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


def checked(mailer: Mailer, place: Path, text: str, *options: str) -> str:
    folder = campaigning.write(place, en=f"{campaigning.TEXT}\n{text}\n")
    mailer("campaigns", "import", str(folder), "--by", "editor")
    began = time.process_time()
    run = mailer("campaigns", "check", "1", *options)
    assert time.process_time() - began < 5
    assert run.code == 1
    return run.out


def test_a_problem_of_one_line_is_said_once(mailer: Mailer, tmp_path: Path) -> None:
    out = shown(checked(mailer, tmp_path, "<b>" * 20_000))
    assert out.count("HTML (<b>) is not allowed") == 1


def test_of_very_many_the_errors_are_shown_and_the_others_counted(
    mailer: Mailer, tmp_path: Path
) -> None:
    vague = "\n\n".join(["[here](https://x.example/)"] * 300)
    wrong = "\n\n".join(["<b>"] * 150)
    out = shown(checked(mailer, tmp_path, f"{vague}\n\n{wrong}"))
    assert out.count("HTML (<b>) is not allowed") == 150
    assert out.count("does not say where the link leads") == 50
    assert "and 250 more; --json has all" in out


def test_json_has_all(mailer: Mailer, tmp_path: Path) -> None:
    text = "\n\n".join(["<b>"] * 300)
    assert checked(mailer, tmp_path, text, "--json").count("HTML (<b>)") == 300


def test_a_table_that_no_letter_can_have_is_refused(
    mailer: Mailer, tmp_path: Path
) -> None:
    folder = campaigning.write(tmp_path, en=f"{campaigning.TEXT}\n{'|a' * 10_001}\n")
    run = mailer("campaigns", "import", str(folder), "--by", "editor")
    assert run.code == 1
    assert "10,001 signs |, at most 10,000; attach a long table" in shown(run.err)
