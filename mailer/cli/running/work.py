"""`mailer work`: delivery alone."""

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
    """A number of processes, or auto for one a processor."""

    name = "number|auto"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Read a number, one at least."""
        if value == "auto":
            return len(os.sched_getaffinity(0))
        if not (str(value).isdecimal() and int(value)):
            self.fail(
                f"expected a number from 1 on, or auto; found {value}", param, ctx
            )
        return int(value)


@click.command(epilog="Example: mailer work --until-idle")
@click.option(
    "--until-idle", is_flag=True, help="Stop when nothing is due, nor being released."
)
@click.option(
    "--processes",
    type=Processes(),
    default=1,
    show_default=True,
    help="Workers to run at once; auto: one a processor.",
)
@click.option("--parent", type=int, hidden=True, help="Stop when it is gone.")
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
        again = [sys.executable, "-m", "mailer", "--config", str(config), "work"]
        again += ["--json", "--parent", str(os.getpid())]
        again += ["--until-idle"] if until_idle else []
        settled = await workers.run(again, processes, stopping=stopping)
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
    said = ", ".join(f"{count} {state}" for state, count in settled.most_common())
    output.line(said or "nothing was due")
