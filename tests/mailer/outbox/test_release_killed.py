"""A release that is killed is continued, and each reader has one message."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mailer import clock
from mailer.demo import demonstration
from mailer.outbox import plan
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.directory import entries, monthly
from tools.waiting import eventually

# One contact in a transaction, so that the release can be killed between two.
SLOWLY = """
import asyncio, sys
from pathlib import Path
from mailer import clock
from mailer.outbox import plan, release
from mailer.sites.opening import open_site

async def main(path, number):
    async with open_site(path) as site:
        await release.release(site, number, by="editor", now=clock.now())

plan.FIRST_CHUNK = plan.MAX_CHUNK = 1
asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""
SOME = 20  # messages


async def count(site: Site) -> int:
    """Return how many messages there are."""
    async with site.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Message)) or 0


@pytest.mark.prove
async def test_a_killed_release_is_continued(site: Site, folder: Path) -> None:
    number = await demonstration.prepare(
        site, site.root / "campaigns" / "monthly-letter"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SLOWLY, str(folder / "config.toml"), str(number)),
        start_new_session=True,
    )

    async def begun() -> bool:
        return await count(site) >= SOME or process.returncode is not None

    await eventually(begun, f"there are no {SOME} messages")
    os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    made = await count(site)
    await plan.plan(site, number, now=clock.now)
    ledger = await campaigning.ledger(site, number)
    readers = {entry.address for entry in entries() if monthly(entry)}

    assert SOME <= made < len(readers)
    assert await count(site) == len(readers)
    assert set(ledger) == readers
