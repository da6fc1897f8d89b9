"""The ticker of a site: releases due campaigns, once or at an interval."""

import asyncio
from datetime import datetime, timedelta

import structlog

from mailer import clock
from mailer.calendar import announcing, due
from mailer.calendar.due import Ticked
from mailer.maintenance import starting
from mailer.outbox import release
from mailer.readers import applying
from mailer.sites.site import Site
from scheduler import ticker

log = structlog.get_logger()


async def tick(site: Site, now: datetime) -> Ticked:
    """Release what is due at an instant, and announce open slots; return what was done.

    Raises RefusedError if nothing may be released.
    """

    async def release_one(campaign_id: int) -> int:
        return await release.release(site, campaign_id, by="ticker", now=now)

    (await starting.identity_of(site)).require_sending()
    grace = timedelta(hours=site.settings.ticker.grace_hours)
    ticked = await due.tick(site.database, release_one, grace=grace, now=now)
    await announcing.announce(site, now=now)
    return ticked


async def tick_for_ever(site: Site, stopping: asyncio.Event) -> None:
    """Release due campaigns at the site's interval, until stopped.

    While the site stands still, nothing is released, and no slot counts as missed.
    """
    await starting.check(site, now=clock.now())

    async def once() -> None:
        await applying.apply_pending(site)
        if (await starting.identity_of(site)).halt:
            return
        ticked = await tick(site, clock.now())
        for campaign_id in ticked.released:
            log.info("campaign.released", campaign=campaign_id)

    running = ticker.start(once, seconds=site.settings.ticker.seconds)
    try:
        await stopping.wait()
    finally:
        running.shutdown(wait=False)
