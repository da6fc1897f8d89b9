"""Every command of `mailer`, run in this process as an operator runs it.

What one prints as JSON is compared with its shape.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import click
import pytest
from pydantic import TypeAdapter

from audiences.characters import for_terminal
from mailer.cli import main
from mailer.cli.deferred import Deferred
from mailer.cli.json_shapes.documents import DOCUMENTS


def below(
    group: click.Group, *words: str
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Return every command of a group that does something, by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, Deferred):
            command = command.load()
        assert command is not None
        if isinstance(command, click.Group):
            yield from below(command, *words, name)
        else:
            yield (*words, name), command


COMMANDS = dict(below(main.cli))


@dataclass(frozen=True, kw_only=True)
class Ran:
    """One command: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return the one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Return the JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, kw_only=True)
class Mailer:
    """The command on one site."""

    config: Path
    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Ran:
        """Run the command with these arguments."""
        self.captured.readouterr()
        code = main.run(["--config", str(self.config), *arguments])
        printed = self.captured.readouterr()
        if printed.out:
            _compare(arguments, printed.out)
        return Ran(code=code, out=printed.out, err=printed.err)


def words_of(arguments: Sequence[str]) -> str:
    """Return the words of the command that arguments begin with."""
    found = [
        len(words) for words in COMMANDS if tuple(arguments[: len(words)]) == words
    ]
    return " ".join(arguments[: max(found, default=0)])


def _compare(arguments: Sequence[str], printed: str) -> None:
    """Compare what a command printed as JSON with its documented shape."""
    lines = "--json-lines" in arguments
    if not (lines or "--json" in arguments):
        return
    shape = DOCUMENTS[words_of(arguments)]
    if lines and get_origin(shape) is list:
        (shape,) = get_args(shape)
    adapter: TypeAdapter[Any] = TypeAdapter(shape)
    for each in printed.splitlines() if lines else [printed]:
        adapter.validate_json(each, strict=True)


def shown(fault: str) -> str:
    """Return a sentence as one line, however the terminal broke it."""
    return " ".join(for_terminal(fault).split())
