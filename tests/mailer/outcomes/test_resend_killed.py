"""A resend that is killed at any statement reaches each reader once."""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from mailer import clock
from mailer.outbox import plan
from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.acts.resending import ED, FULL, SC, SHS, finished, script
from tools.peers.relay import Relay

# One contact in a transaction, so that the resend can be killed at any statement.
KILLED = """
import asyncio, itertools, os, signal, sys
from pathlib import Path
from sqlalchemy import event
from mailer import clock
from mailer.outbox import plan
from mailer.outcomes import resending
from mailer.outcomes.resending import WantedWave
from mailer.sites.opening import open_site

async def main(path, number, last):
    async with open_site(path) as site:
        statements = itertools.count(1)

        @event.listens_for(site.database.engine.sync_engine, "before_cursor_execute")
        def count(*_):
            if next(statements) == last:
                os.kill(os.getpid(), signal.SIGKILL)

        await resending.resend(site, number, WantedWave(), by="editor", now=clock.now())

plan.FIRST_CHUNK = plan.MAX_CHUNK = 300
asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.mark.prove
async def test_a_resend_killed_at_any_statement_is_whole_and_reaches_each_once(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    script(relay, {ED: FULL, SC: FULL, SHS: FULL})
    number = await finished(site, tmp_path)
    ends: list[int] = []
    while 0 not in ends:
        nth = 1 + 12 * len(ends)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", KILLED),
            *(str(site.root / "config.toml"), str(number), str(nth)),
            stderr=asyncio.subprocess.DEVNULL,
        )
        ends.append(await process.wait())
        if await campaigning.state(site, number) == "sending":
            break
    relay.script = lambda _verb, _line: None
    await plan.plan(site, number, now=clock.now)
    await delivering.work(delivering.tuned(site))
    report = await campaigning.report(site, number)

    assert set(ends) <= {-signal.SIGKILL, 0}
    assert len(ends) > 2
    assert (report.state, report.accepted) == ("finished", 10)
    assert set(Counter(relay.recipients()).values()) == {1}
