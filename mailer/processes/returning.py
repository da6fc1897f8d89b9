"""Takes in what comes back, until stopped: folders at intervals, and the listener.

Bounces are decided about at the same intervals, and old texts are forgotten.
"""

import asyncio
from functools import partial

import structlog
from sqlalchemy.exc import DBAPIError

from mailer import clock
from mailer.feedback.arrivals import listener, mailboxes, reading, taking
from mailer.feedback.arrivals.mailboxes import Mailbox
from mailer.feedback.belief import retention
from mailer.feedback.lost import sending_on
from mailer.feedback.sender_reports import keeping
from mailer.processes.running import stop_event, store_is_ready
from mailer.processes.supervising import Part, keep_running, until_stopped
from mailer.settings.feedback import FeedbackSettings
from mailer.sites.site import Site
from mailer.store import faults
from scheduler import ticker

log = structlog.get_logger()


def parts(site: Site, stopping: asyncio.Event) -> dict[str, Part]:
    """Return what reads the places of the settings, and the listener if there is one.

    Decisions are made in every site: webhooks bring bounces, too.
    """
    found: dict[str, Part] = {"feedback": partial(read_for_ever, site, stopping)}
    for box in mailboxes.of_site(site):
        found[box.name] = partial(watch, site, box, stopping)
    if site.settings.feedback.listen_port:
        found["feedback listener"] = partial(listen, site, stopping)
    return found


async def run(site: Site) -> None:
    """Take in what comes back until SIGTERM, SIGINT or SIGHUP."""
    stopping = stop_event()
    async with asyncio.TaskGroup() as tasks:
        for name, part in parts(site, stopping).items():
            tasks.create_task(keep_running(name, part, stopping))


async def listen(site: Site, stopping: asyncio.Event) -> None:
    """Take mail at the address of the settings, until stopped."""
    if not await store_is_ready(site, stopping):
        return
    async with listener.listening(site):
        await stopping.wait()


async def watch(site: Site, box: Mailbox, stopping: asyncio.Event) -> None:
    """Take mail from a mailbox, until stopped; a lost connection ends this part."""
    if await store_is_ready(site, stopping):
        await until_stopped(box.watch(), stopping)


async def read_for_ever(site: Site, stopping: asyncio.Event) -> None:
    """Read the folders at the interval of the settings, until stopped."""
    if not await store_is_ready(site, stopping):
        return

    async def once() -> None:
        try:
            await _read(site)
        except DBAPIError as fault:
            if not faults.is_temporary(fault):
                raise
            site.database.log_fault(fault)
        else:
            site.database.log_success()

    seconds = site.settings.feedback.seconds
    await until_stopped(ticker.tick_every(seconds, once), stopping)


async def _read(site: Site) -> None:
    """Read the folders once; decide, and forget old texts."""
    given: FeedbackSettings = site.settings.feedback
    if given.maildir or given.replies_maildir:
        recorded = await reading.folders(site, now=clock.now())
        if recorded.kinds or recorded.quarantined:
            log.info(
                "feedback.taken",
                kinds=dict(recorded.kinds),
                quarantined=recorded.quarantined,
            )
    await taking.decide(site, now=clock.now())
    await sending_on.heal(site, now=clock.now())
    async with site.database.writing() as session:
        await retention.forget(session, days=given.keep_days, now=clock.now())
        await keeping.forget(session, days=given.keep_days, now=clock.now())
