"""Groups of commands whose modules are imported only when one of them is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click
import rich_click

from mailer.cli import loading
from mailer.cli.outline import outline

HELP = "--help"


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where a command is, and its sentence in the help of its group."""

    module: str
    sentence: str
    attribute: str = "command"


class Deferred(click.Command):
    """A command that imports the real one when it is called, completed or explained."""

    def __init__(self, name: str, place: CommandPlace) -> None:
        super().__init__(name, short_help=place.sentence)
        self.place = place

    def load(self) -> click.Command:
        """Import the module of the command and return the command under its name."""
        module = loading.load(self.place.module)
        command: click.Command = getattr(module, self.place.attribute)
        command.name = self.name
        return command

    def outlined(self) -> click.Command:
        """Return the command without its body, which suffices to explain it."""
        module = outline(self.place.module, self.place.attribute)
        command: click.Command = getattr(module, self.place.attribute)
        command.name = self.name
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Return the context of the real command; for the help, its outline is read."""
        if extra.get("resilient_parsing"):  # words are completed
            return self.outlined().make_context(info_name, args, parent, **extra)
        if HELP in args:
            _explain(self.outlined(), info_name, args, parent)
        return self.load().make_context(info_name, args, parent, **extra)


def _explain(
    command: click.Command,
    name: str | None,
    args: list[str],
    parent: click.Context | None,
) -> None:
    """Show the help of a command or of the verb that `args` begins with, and exit.

    Returns if `--help` is the value of an option.
    """
    context = command.make_context(name, list(args), parent)
    verb = args[0] if args and isinstance(command, click.Group) else None
    if verb is not None and isinstance(command, click.Group):
        found = command.get_command(context, verb)
        if found is not None:
            _explain(found, verb, args[1:], context)


class DeferredGroup(rich_click.RichGroup):
    """A group that knows its commands by their places only."""

    def __init__(
        self, *arguments: Any, places: Mapping[str, CommandPlace], **options: Any
    ):
        super().__init__(*arguments, **options)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of the table."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name; suggest others if there is none."""
        if cmd_name in self.places:
            return Deferred(cmd_name, self.places[cmd_name])
        if cmd_name.startswith("-"):
            return None
        raise click.exceptions.NoSuchCommand(
            cmd_name, possibilities=self.places, ctx=ctx
        )
