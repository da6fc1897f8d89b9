"""A site's transactions, seen from beside: how many ended, and which task must wait."""

import asyncio
from typing import Any

from sqlalchemy import event, text

from mailer.sites.site import Site
from tools.waiting import eventually

BLOCKED = """select exists(select 1 from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock')"""


def counted(site: Site) -> list[Any]:
    """Return a list that grows by one with each transaction from now on."""
    ended: list[Any] = []
    event.listen(site.database.engine.sync_engine, "commit", ended.append)
    return ended


async def held_up(site: Site, task: asyncio.Task[Any]) -> bool:
    """Wait until a task that writes must wait, or has ended; whether it must wait."""

    async def settled() -> bool:
        if site.database.is_sqlite:  # it waits for its turn before anything else
            return True
        async with site.database.reading() as session:
            return bool(await session.scalar(text(BLOCKED))) or task.done()

    await asyncio.sleep(0)  # lets it begin
    await eventually(settled, "it neither waits for a lock nor ends")
    return not task.done()
