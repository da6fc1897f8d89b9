"""A release killed in the middle is carried on where it was, and nobody comes twice."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import func, select

from mailer import clock
from mailer.demo import demonstration
from mailer.outbox import plan
from mailer.outbox.models import Message
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.directory import entries, monthly
from tools.waiting import eventually

# One contact a transaction, so that there is a middle to be killed in.
SLOWLY = """
import asyncio, sys
from pathlib import Path
from mailer import clock
from mailer.outbox import plan, release
from mailer.sites.opening import open_site

async def main(path, number):
    async with open_site(path) as site:
        await release.release(site, number, by="editor", now=clock.now())

plan.FIRST = plan.CHUNK = 1
asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""
SOME = 20  # messages


async def count(site: Site) -> int:
    """Return how many messages there are."""
    async with site.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Message)) or 0


async def test_a_killed_release_is_carried_on(site: Site, folder: Path) -> None:
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
    broken_off = await count(site)
    await plan.plan(site, number, now=clock.now)
    ledger = await campaigning.ledger(site, number)
    readers = {entry.address for entry in entries() if monthly(entry)}

    assert SOME <= broken_off < len(readers)
    assert await count(site) == len(readers)
    assert set(ledger) == readers
