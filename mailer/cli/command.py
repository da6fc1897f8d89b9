"""How a command reaches its site: opened before, closed after, run to its end."""

import functools
import getpass
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from mailer.errors import first_fault
from mailer.processes import event_loop
from mailer.sites.opening import open_site


def with_site(
    function: Callable[..., Coroutine[Any, Any, int | None]],
) -> Callable[..., int | None]:
    """Give an asynchronous command the site of --config as its first argument."""

    @functools.wraps(function)
    def wrapper(*arguments: Any, **options: Any) -> int | None:
        context = click.get_current_context()
        config: Path = context.obj

        async def opened() -> int | None:
            async with open_site(config) as site:
                return await function(site, *arguments, **options)

        return complete(opened())

    return wrapper


def complete(coroutine: Coroutine[Any, Any, int | None]) -> int | None:
    """Run a coroutine to its end; a lone error of a group is that error."""
    try:
        with event_loop.runner() as runner:
            return runner.run(coroutine)
    except BaseExceptionGroup as group:
        raise first_fault(group) from None


class Instant(click.ParamType[datetime]):
    """An instant in ISO 8601, with its zone."""

    name = "instant"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Read an instant; one without a zone is refused, not guessed."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant such as 2027-05-04T10:00+02:00")
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no zone; add one: {value}+02:00, or {value}Z")
        return moment.astimezone(UTC)


by_option = click.option(
    "--by", default=getpass.getuser, show_default="you", help="Who does it."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_json_lines = click.option(
    "--json-lines", "as_json", is_flag=True, help="Print one JSON object a line."
)
INSTANT = Instant()
NUMBER = click.IntRange(1, 2**31 - 1)  # of a row
