"""Forgets old events of messages, if the settings say how long they are kept."""

from datetime import datetime, timedelta

import structlog

from mailer.outcomes import forgetting
from mailer.sites.site import Site

log = structlog.get_logger()


async def forget_due(site: Site, now: datetime) -> int:
    """Delete the events that are older than the settings keep them; return how many.

    One transaction a block, so that delivery does not wait.
    """
    days = site.settings.store.events_days
    if not days:
        return 0
    before, total = now - timedelta(days=days), 0
    after: int | None = 0
    while after is not None:
        async with site.database.reading() as session:
            old = await forgetting.old(session, after=after, before=before)
        if old.numbers:
            async with site.database.writing() as session:
                await forgetting.forget(session, old.numbers)
        total, after = total + len(old.numbers), old.last
    if total:
        log.info("events.forgotten", count=total)
    return total
