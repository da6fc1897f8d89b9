"""`mailer work`: delivery, without pages and ticker."""

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import rich_click as click

from mailer.cli import output
from mailer.cli.command import as_json, with_site
from mailer.outbox.message_states import MessageState
from mailer.processes import running, workers
from mailer.sites.site import Site


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
    running.log_to_stderr()
    settled: Counter[Any] = Counter[MessageState]()
    stopping = running.stop_event()
    if processes > 1:
        child = [sys.executable, "-P", "-m", "mailer", "--config", str(config), "work"]
        child += ["--json", "--parent", str(os.getpid())]
        child += ["--until-idle"] if until_idle else []
        settled = await workers.run(child, processes, stopping=stopping)
    else:
        following = None
        if parent:
            following = asyncio.create_task(workers.follow(parent, stopping))
        await running.work(
            site,
            until_idle=until_idle,
            settled=settled.update,
            notify=output.say,
            stopping=stopping,
        )
        if following:
            following.cancel()
    if as_json:
        output.json_document(dict(settled.most_common()))
        return
    counts = ", ".join(f"{count} {state}" for state, count in settled.most_common())
    output.line(counts or "nothing was due")
