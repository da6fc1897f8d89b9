"""The ticker of a site: releases due campaigns, once or at an interval."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.exc import DBAPIError

from mailer import clock
from mailer.calendar import announcing, due, opening
from mailer.calendar.due import Ticked
from mailer.maintenance import starting
from mailer.outbox import release
from mailer.processes import alerting, chores, noticing
from mailer.processes.running import stop_event, store_is_ready
from mailer.processes.supervising import Part, keep_running, until_stopped
from mailer.readers import applying
from mailer.sites.site import Site
from mailer.store import faults, key_check
from mailer.store.identity import Identity
from scheduler import ticker


async def tick(site: Site, now: datetime, *, every_series: bool = True) -> Ticked:
    """Release what is due at an instant, and announce open slots; return what was done.

    With `every_series`, slots whose instant has changed are moved, which takes longer.

    Raises RefusedError if nothing may be released, ConfigError if the address key is
    not the one of the store.
    """
    known = await starting.identity_of(site)
    known.require_sending()
    return await _tick(site, known, now, every_series=every_series)


async def _tick(
    site: Site, known: Identity, now: datetime, *, every_series: bool
) -> Ticked:
    """Do what `tick` does on a site that may send."""

    async def release_one(campaign_id: int) -> int:
        return await release.release(site, campaign_id, by="ticker", now=now)

    key_check.refuse_other_key(known.address_check, site.address_key)
    grace = timedelta(hours=site.settings.ticker.grace_hours)
    ticked = await due.tick(
        site.database,
        release_one,
        office=site.settings.office.office,
        grace=grace,
        now=now,
        every_series=every_series,
    )
    ticked.opened = await opening.attend(site, now=now)
    await announcing.announce(site, now=now)
    return ticked


async def run(site: Site) -> None:
    """Release campaigns, do chores, mail alerts until SIGTERM, SIGINT or SIGHUP."""
    stopping = stop_event()
    async with asyncio.TaskGroup() as tasks:
        for name, part in parts(site, stopping).items():
            tasks.create_task(keep_running(name, part, stopping))


def parts(site: Site, stopping: asyncio.Event) -> dict[str, Part]:
    """Return ticker, chores and, if the settings name who gets them, the alerts."""
    found: dict[str, Part] = {
        "ticker": partial(tick_for_ever, site, stopping),
        "chores": partial(chores.run, site, stopping),
        "notices": partial(noticing.notify_for_ever, site, stopping),
    }
    if site.settings.alerts.to:
        found["alerts"] = partial(alerting.alert_for_ever, site, stopping)
    return found


async def tick_for_ever(site: Site, stopping: asyncio.Event) -> None:
    """Release due campaigns at the site's interval, until stopped.

    While the site stands still, nothing is released, and no slot counts as missed. A
    tick at which the store cannot be used is logged; the next one tries again.
    """
    if not await store_is_ready(site, stopping):
        return

    is_first = True

    async def once() -> None:
        nonlocal is_first
        try:
            known = await starting.identity_of(site)
            if known.moved_to is None:
                await applying.apply_pending(site)
            if known.halt is None:
                await _tick(site, known, clock.now(), every_series=is_first)
                is_first = False
        except DBAPIError as fault:
            if not faults.is_temporary(fault):
                raise
            site.database.log_fault(fault)
        else:
            site.database.log_success()

    await until_stopped(ticker.tick_every(site.settings.ticker.seconds, once), stopping)
