"""`mailer work`: delivery alone."""

from collections import Counter

import rich_click as click

from mailer import running
from mailer.cli import output
from mailer.cli.command import with_site
from mailer.outbox.states import State
from mailer.site import Site


@click.command(epilog="Example: mailer work --until-idle")
@click.option("--until-idle", is_flag=True, help="Stop when nothing is due.")
@with_site
async def command(site: Site, until_idle: bool) -> None:
    """Deliver messages, until stopped; SIGTERM finishes those in flight first."""
    running.log_to_stderr()
    settled: Counter[State] = Counter()
    await running.work(site, until_idle=until_idle, settled=settled.update)
    said = ", ".join(f"{count} {state}" for state, count in settled.most_common())
    output.line(said or "nothing was due")
