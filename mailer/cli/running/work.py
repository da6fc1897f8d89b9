"""`mailer work`: delivery, without pages and ticker."""

import asyncio
import os
import signal
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import rich_click as click
import structlog

from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.cli.interruption import InterruptionError
from mailer.cli.running.logging_option import log_option
from mailer.outbox.message_states import MessageState
from mailer.processes import logs, running, workers
from mailer.sites.site import Site

log = structlog.get_logger()


class Processes(click.ParamType[int]):
    """A number of processes, or auto for one per processor."""

    name = "number|auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return the number, at least 1."""
        if value == "auto":
            return len(os.sched_getaffinity(0))
        if not (str(value).isdecimal() and int(value)):
            self.fail(
                f"found {value}; expected a number from 1 on, or auto", param, ctx
            )
        return int(value)


@click.command(epilog="Example: mailer work --until-idle")
@click.option(
    "--until-idle", is_flag=True, help="Stop when nothing is due or being released."
)
@click.option(
    "--processes",
    type=Processes(),
    default=1,
    show_default=True,
    help="The number of workers; auto: one per processor.",
)
@click.option("--parent", type=int, hidden=True, help="Stop when this process is gone.")
@as_json
@log_option
@click.pass_obj
@with_site
async def command(
    site: Site,
    config: Path,
    until_idle: bool,
    processes: int,
    parent: int | None,
    as_json: bool,
) -> None:
    """Deliver messages, until stopped; SIGTERM finishes those in flight first."""
    settled: Counter[Any] = Counter[MessageState]()
    stopping = running.stop_event()
    about = "messages are delivered when due; stop with Ctrl-C"
    with nullcontext() if until_idle else logs.life(about):
        if processes > 1:
            child = _child(config, until_idle=until_idle)
            settled = await workers.run(child, processes, stopping=stopping)
        else:
            following = None
            if parent:
                following = asyncio.create_task(workers.follow(parent, stopping))
            await running.work(
                site,
                until_idle=until_idle,
                settled=settled.update,
                notify=lambda sentence: log.warning("messages.wait", reason=sentence),
                stopping=stopping,
            )
            if following:
                following.cancel()
    _show(settled, as_json=as_json, stopped=stopping.is_set())
    if until_idle and stopping.by is signal.SIGINT:
        raise InterruptionError(
            "stopped; what has not left yet waits, and `mailer work` sends it"
        )


def _show(settled: Counter[Any], *, as_json: bool, stopped: bool) -> None:
    if as_json:
        output.json_document(dict(settled.most_common()))
        return
    counts = ", ".join(f"{count} {state}" for state, count in settled.most_common())
    nothing = "no message got a new state before the stop"
    output.line(counts or (nothing if stopped else "nothing was due"))


def _child(config: Path, *, until_idle: bool) -> list[str]:
    """Return the command of one of several workers; it logs as this process does."""
    form = "json" if logs.style.json else "text"
    child = [sys.executable, "-P", "-m", "mailer", "--config", str(config), "work"]
    child += ["--json", "--log", form, "--parent", str(os.getpid())]
    return child + (["--until-idle"] if until_idle else [])
