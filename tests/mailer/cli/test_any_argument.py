"""Every command takes every argument: exit code 0, 1 or 2, a sentence, no traceback."""

import random
from pathlib import Path

import click
import pytest

from mailer.cli import main
from tests.acts.commands import COMMANDS, Mailer

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]

# what would wait, serve, or write elsewhere
LEFT_OUT = frozenset(("serve", "web", "tick", "work", "inbox", "demo", "kit", "move"))
TRIED = sorted(words for words in COMMANDS if not LEFT_OUT & set(words))
WRONG = (
    *("", " ", "-1", "0", "99999999999999999999", "1e9", "1.5", "nosuch", "x" * 5_000),
    *("é" * 300, "名前", "لا", "\u202eabc", "a\nb", "\t", "'\"; drop", "%s%n", "{}"),
    *("[", "a=b", "=", ".", "nowhere/x", "a@b"),
    *("a@b.example", "2027-13-45", "0000-00-00", "9999-12-31T23:59:59+14:00", "NaN"),
    *("kind = ngo", "not not", "((((", "1,2", "all", "--help", "--", "null", "True"),
)
ROUNDS = 12  # of each command
ENDS = {0, 1, 2}


def _arguments(command: click.Command, dice: random.Random) -> list[str]:
    """Return wrong values for some options and all arguments of a command."""
    given: list[str] = []
    for each in command.params:
        if isinstance(each, click.Argument):
            given += [dice.choice(WRONG)] * (
                1 if each.nargs == 1 else dice.randint(0, 3)
            )
        elif isinstance(each, click.Option) and dice.random() < 0.4:
            takes = not each.is_flag and not each.count
            given += [each.opts[-1], *([dice.choice(WRONG)] if takes else [])]
    return given


@pytest.mark.parametrize("words", TRIED, ids=" ".join)
def test_a_command_with_any_argument_ends_with_a_sentence(
    mailer: Mailer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    dice = random.Random(" ".join(words))  # noqa: S311 (not a secret)
    for _ in range(ROUNDS):
        given = [*words, *_arguments(COMMANDS[words], dice)]
        given = [each for each in given if each not in {"--watch", "--open"}]
        mailer.captured.readouterr()
        code = main.run(["--config", str(mailer.config), *given])
        said = mailer.captured.readouterr()
        assert code in ENDS, (given, code, said.err[-500:])
        assert "Traceback" not in said.out + said.err, given
        assert code == 0 or said.err.strip() or said.out.strip(), given
        assert len(said.err) < 20_000, given
