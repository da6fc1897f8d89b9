"""Every command has help, and an example with valid arguments."""

import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mailer.cli import main
from mailer.cli.campaigns.verbs import VERBS
from mailer.cli.deferred import Deferred
from mailer.cli.nouns import NOUNS
from tests.acts.commands import COMMANDS, Mailer

BY = ("--by", "editor")
MOST_MODULES = 980  # of all light verbs together
DEAR = {  # what a help must not wait for
    *("sqlalchemy", "pydantic", "babel", "litestar", "icalendar", "xlsxwriter"),
    *("python_calamine", "jinja2", "lark", "psycopg", "cryptography", "typst"),
    *("mailer.sites.site", "mailer.campaigns", "mailer.rendering"),
}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_has_help_and_an_example_of_itself(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    example = str(command.epilog).partition("Example: ")[2]
    given = shlex.split(example.rpartition(" | ")[2], comments=True)
    assert given[0] == "mailer"
    rest = given[3:] if given[1] == "--config" else given[1:]
    options = [each for each in command.params if isinstance(each, click.Option)]

    assert command.help
    assert [each.name for each in options if not each.help] == []
    assert tuple(rest[: len(words)]) == words
    arguments = ["/dev/null" if each.startswith("/") else each for each in rest]
    command.make_context(words[-1], arguments[len(words) :])


def test_commands_that_scripts_may_use_exist() -> None:
    lasting = """demo, init, inbox, serve, web, work, tick, contacts import,
    contacts undo, contacts show, segments list, segments count, segments members,
    segments explain, campaigns import, campaigns check, campaigns preview,
    campaigns ask, campaigns return, campaigns approve, campaigns schedule,
    campaigns release, campaigns pause,
    campaigns resume, campaigns cancel, campaigns report, messages list, series list,
    series next, schedule next"""

    assert {tuple(each.split()) for each in lasting.split(",")} <= set(COMMANDS)


@pytest.mark.parametrize("noun", NOUNS)
def test_the_sentence_of_a_noun_is_that_of_its_command(noun: str) -> None:
    command = Deferred(noun, NOUNS[noun]).load()

    assert NOUNS[noun].sentence == str(command.help).partition("\n")[0]


@pytest.mark.parametrize("verb", VERBS)
def test_the_sentence_of_a_verb_is_that_of_its_command(verb: str) -> None:
    command = Deferred(verb, VERBS[verb]).load()

    assert VERBS[verb].sentence == str(command.help).partition("\n")[0]


def imported_by(*arguments: str) -> set[str]:
    """Return the modules that a process has after a command, with their packages."""
    script = (
        "import sys; from mailer.cli import main;"
        " main.run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(ran.stderr.split())


def test_no_help_imports_what_only_the_work_of_a_command_needs() -> None:
    """One process shows the help of every command, and says what it imported."""
    script = (
        "import sys; from mailer.cli import main\n"
        "for words in sys.stdin.read().splitlines():\n"
        "    assert main.run([*words.split(), '--help']) == 0, words\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script],
        input="\n".join(["", *map(" ".join, COMMANDS), *NOUNS]),
        capture_output=True,
        check=True,
        text=True,
    )
    imported = set(ran.stderr.split())

    assert "mailer.cli.main" in imported
    assert imported & DEAR == set()


# Verbs that read a few rows, and what none of them needs.
LIGHT = """contacts list --limit 1
contacts show unesco-liaison@icom.example
organisations list --limit 1
campaigns list
history
segments list
suppressions list
tasks list
topics list
users list
words theme"""
NOT_NEEDED = DEAR - {"sqlalchemy", "pydantic", "babel", "lark", "mailer.sites.site"} | {
    *("icalendar", "markdown_it", "yaml", "tomlkit"),
    *("mailer.rendering.render", "mailer.campaigns.writing.parsing"),
}


@pytest.mark.parametrize("store", ["sqlite"])
def test_a_light_verb_imports_no_more_than_it_needs(folder: Path) -> None:
    """One process runs the verbs, and says what it imported."""
    script = (
        "import sys; from mailer.cli import main\n"
        "for words in sys.stdin.read().splitlines():\n"
        "    assert main.run([*sys.argv[1:], *words.split()]) == 0, words\n"
        "print('imported', *sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, "--config", str(folder / "config.toml")],
        input=LIGHT,
        capture_output=True,
        check=True,
        text=True,
    )
    imported = set(ran.stdout.rpartition("imported ")[2].split())

    assert imported & NOT_NEEDED - {"mailer.campaigns", "mailer.rendering"} == set()
    assert len(imported) <= MOST_MODULES


def explained(command: click.Command) -> list[object]:
    """What the help of a command shows."""
    found: list[object] = [command.help, command.epilog]
    for each in command.params:
        kind = str(getattr(each.type, "choices", each.type.name))
        found += [each.opts, each.required, each.nargs, str(each.default), kind]
        found.append(getattr(each, "help", ""))
    return found


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_outline_of_a_command_explains_the_command(words: tuple[str, ...]) -> None:
    outlined: click.Command = main.cli
    for word in words:
        assert isinstance(outlined, click.Group)
        found = outlined.get_command(click.Context(outlined), word)
        assert found is not None
        outlined = found.outlined() if isinstance(found, Deferred) else found

    real = COMMANDS[words]
    assert explained(outlined) == explained(real)


@pytest.mark.parametrize("store", ["sqlite"])
def test_help_as_the_value_of_an_option_is_a_value(mailer: Mailer) -> None:
    ran = mailer("organisations", "edit", "icom", "--acronym", "--help", *BY)

    assert (ran.code, "→ --help" in ran.out) == (0, True)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_option_asks_without_a_terminal(words: tuple[str, ...]) -> None:
    for option in COMMANDS[words].params:
        assert not getattr(option, "prompt", None), option.name
