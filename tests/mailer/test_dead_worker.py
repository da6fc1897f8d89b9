"""What a dead worker held is taken up at once, whoever has to bury it."""

import os
import platform
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailer import site as sites
from mailer.outbox import claim, lease
from mailer.outbox.models import Worker
from mailer.outcomes import mark
from mailer.site import Site
from tests.mailer import campaigning, delivering
from tests.relay import Relay

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that does nothing."""
    with subprocess.Popen(["/bin/sleep", "600"]) as process:
        yield process
        process.kill()


def kill_unburied(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and see it dead, without taking note as its parent."""
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


async def marked_by(site: Site, process: str) -> int:
    """Mark what is due for a worker on this machine whose lease is long."""
    now = sites.now()
    async with site.database.writing() as session:
        worker = Worker(
            host=platform.node(),
            process=process,
            started_at=now,
            alive_until=now + timedelta(hours=1),
        )
        session.add(worker)
        await session.flush()
        due = await claim.claim(session, claim.Search(), limit=100, now=now)
        ids = [row.id for row in due.rows]
        return len(await mark.mark(session, worker.id, ids, now=now))


async def test_a_killed_worker_is_dead_before_its_parent_asks_after_it(
    site: Site, relay: Relay, tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    await campaigning.released(site, tmp_path)
    held = await marked_by(site, lease.process_identity(sleeper.pid) or "")
    resending = delivering.tuned(site, uncertain="resend")
    await delivering.work(resending)
    before = len(relay.accepted)
    kill_unburied(sleeper)
    await delivering.work(resending)

    assert (held, before, len(relay.accepted)) == (10, 0, 10)
