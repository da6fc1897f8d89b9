"""Opens the site of a command and runs the command; options that commands share."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mailer.cli import acting, interruption
from mailer.cli.interruption import InterruptionError
from mailer.errors import first_fault
from mailer.processes import event_loop
from mailer.sites.opening import open_site


def with_site(
    function: Callable[..., Coroutine[Any, Any, int | None]],
) -> Callable[..., int | None]:
    """Return a command that calls `function` with the site of --config first.

    Its option --by becomes the user who acts.
    """

    @functools.wraps(function)
    def wrapper(*arguments: Any, **options: Any) -> int | None:
        context = click.get_current_context()
        config: Path = context.obj

        async def run_with_site() -> int | None:
            async with open_site(config) as site:
                try:
                    if "by" in options:
                        options["by"] = await acting.user(site, options["by"])
                    return await function(site, *arguments, **options)
                except asyncio.CancelledError:
                    raise interruption.of_site(site) from None

        return complete(run_with_site())

    return wrapper


def complete(
    coroutine: Coroutine[Any, Any, int | None],
    *,
    interrupted: str = interruption.NOTHING,
) -> int | None:
    """Run a coroutine to its end; of a group of errors, raise the first.

    `interrupted` is the sentence if Ctrl-C ends it.
    """
    try:
        with event_loop.runner() as runner:
            return runner.run(coroutine)
    except KeyboardInterrupt:
        raise InterruptionError(interrupted) from None
    except BaseExceptionGroup as group:
        raise first_fault(group) from None


class Instant(click.ParamType[datetime]):
    """An instant in ISO 8601 with a time zone, converted to UTC."""

    name = "instant"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Return the instant; fail if it is malformed or has no zone."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant, such as 2027-05-04T10:00+02:00")
        if moment.tzinfo is None:
            self.fail(
                f"{value!r} has no zone; write {value}+02:00, or {value}Z for UTC"
            )
        return moment.astimezone(UTC)


by_option = click.option(
    "--by", help="The user who does it; else the user named like your account."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_json_lines = click.option(
    "--json-lines", "as_json", is_flag=True, help="Print one JSON object a line."
)
INSTANT = Instant()
NUMBER = click.IntRange(1, 2**31 - 1)  # the number of a row
