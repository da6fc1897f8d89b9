"""Opens the site of a command and runs the command; options that commands share."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial, wraps
from pathlib import Path
from typing import Any

import click

from mailer.cli import interruption, loading
from mailer.cli.interruption import InterruptionError
from mailer.errors import first_fault
from mailer.processes import event_loop
from scheduler import zones
from scheduler.errors import ScheduleError


def with_site(
    function: Callable[..., Coroutine[Any, Any, int | None]],
) -> Callable[..., int | None]:
    """Return a command that calls `function` with the site of --config first.

    Its option --by becomes the user who acts, or the account if it is an operator.
    """

    @wraps(function)
    def wrapper(*arguments: Any, **options: Any) -> int | None:
        # imported now, since the help of a command needs no site
        running = loading.load("mailer.cli.with_site")
        context = click.get_current_context()
        config: Path = context.obj
        return complete(running.run(function, config, arguments, options))

    return wrapper


def complete(
    coroutine: Coroutine[Any, Any, int | None],
    *,
    interrupted: str = interruption.NOTHING,
) -> int | None:
    """Run a coroutine to its end; of a group of errors, raise the first.

    `interrupted` is the sentence if Ctrl-C ends it.
    """
    told = [InterruptionError(interrupted)]
    runner = event_loop.runner()
    runner.get_loop().set_exception_handler(partial(_keep, told))
    try:
        return runner.run(coroutine)
    except KeyboardInterrupt:
        _close(runner)
        raise told[-1] from None
    except BaseExceptionGroup as group:
        raise first_fault(group) from None
    finally:
        _close(runner)


def _close(runner: asyncio.Runner) -> None:
    """Let the tasks end; without them the store's thread would fail, or never end."""
    with interruption.ignored():
        runner.close()


def _keep(
    told: list[InterruptionError],
    loop: asyncio.AbstractEventLoop,
    context: dict[str, Any],
) -> None:
    """Keep what an interrupted task says is true, and report every other fault.

    A second Ctrl-C ends the loop before the task has said it.
    """
    fault = context.get("exception")
    if isinstance(fault, InterruptionError):
        told.append(fault)
    else:
        loop.default_exception_handler(context)


# 2027-05-04T10:00 Europe/Paris, or as in RFC 9557 2027-05-04T10:00[Europe/Paris]
_NAMED = re.compile(r"(?P<local>\S+)(?: |\[)(?P<zone>[A-Za-z][\w+\-/]*)\]?")


class Instant(click.ParamType[datetime]):
    """An instant in ISO 8601 with an offset or the name of a zone, converted to UTC.

    With `local`, a time without a zone is returned as it is, naive.
    """

    name = "instant"

    def __init__(self, *, local: bool = False) -> None:
        self._local = local

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> datetime:
        """Return the instant; fail if it is malformed, or without a zone."""
        if isinstance(value, datetime):
            return value
        named = _NAMED.fullmatch(value)
        if named is not None:
            return self._in_zone(named["local"], named["zone"])
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not an instant, such as 2027-05-04T10:00+02:00")
        if moment.tzinfo is None:
            if self._local:
                return moment
            self.fail(
                f"{value!r} has no zone; write {value}+02:00, {value}Z for UTC, or"
                f" '{value} Europe/Paris'"
            )
        return moment.astimezone(UTC)

    def _in_zone(self, written: str, name: str) -> datetime:
        """Return the instant of a local time; fail if it is skipped or repeated."""
        try:
            zone, local = zones.named(name), datetime.fromisoformat(written)
        except (ScheduleError, ValueError) as fault:
            self.fail(f"'{written} {name}' is not an instant: {fault}")
        if local.tzinfo is not None:
            self.fail(f"'{written} {name}' has an offset and a zone; leave one out")
        moments = [local.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
        if moments[0].utcoffset() != moments[1].utcoffset():
            offsets = " or ".join(f"{each:%z}" for each in moments)
            self.fail(
                f"the clocks of {name} change at {written}; write it with its offset,"
                f" {offsets}"
            )
        return moments[0].astimezone(UTC)


def version_of(seen: str | None) -> datetime | None:
    """Return the version that --version names; raise UsageError if it is none."""
    try:
        return datetime.fromisoformat(seen) if seen else None
    except ValueError:
        raise click.UsageError(
            f"{seen!r} is not a version; `show --json` names it"
        ) from None


by_option = click.option(
    "--by", help="The user who does it; else the user named like your account."
)
operator_option = click.option(
    "--by", "operator", help="The user who does it; else your account, user or not."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
as_json_lines = click.option(
    "--json-lines", "as_json", is_flag=True, help="Print one JSON object a line."
)
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")
INSTANT = Instant()


class WholeNumber(click.IntRange):
    """A whole number within limits, called a number in help and errors."""

    name = "number"


NUMBER = WholeNumber(1, 2**31 - 1)  # the number of a row
