"""Runs a worker of a site until it is stopped; sets up signals."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable
from functools import partial

import structlog

from mailer import clock
from mailer.delivery import housekeeping
from mailer.delivery.worker import Worker
from mailer.maintenance import starting
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site

log = structlog.get_logger()


async def work(
    site: Site,
    *,
    until_idle: bool,
    settled: Callable[[Counter[MessageState]], None] = lambda _states: None,
    notify: Callable[[str], None] = lambda _sentence: None,
    stopping: asyncio.Event | None = None,
) -> None:
    """Deliver until a signal of stop_event, or with `until_idle` until nothing is due.

    `settled` gets the counts of each write, `notify` sentences for the operator. With
    `stopping`, that event stops the worker, and no signal does. Raises RelayError if
    messages wait for a relay at the end, RefusedError if nothing may be sent.
    """
    stopping = stopping or stop_event()
    if until_idle:
        (await starting.check(site, now=clock.now())).require_sending()
    elif not await store_is_ready(site, stopping):
        return
    worker = Worker(
        site,
        await housekeeping.begin(site, now=clock.now),
        now=clock.now,
        settled=settled,
        stopping=stopping,
    )
    await worker.run(until_idle=until_idle, notify=notify)


async def store_is_ready(site: Site, stopping: asyncio.Event) -> bool:
    """Wait for a store that is not there yet, then check that it is the site's store.

    Return False if a stop was asked for meanwhile. Raises what `starting.check` raises.
    """
    check = partial(starting.check, site, now=clock.now())
    checking = asyncio.ensure_future(site.database.retry(check))
    asked = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({checking, asked}, return_when=asyncio.FIRST_COMPLETED)
        if checking.done():
            checking.result()
        return checking.done()
    finally:
        checking.cancel()
        asked.cancel()
        await asyncio.wait({checking, asked})  # SQLite's thread must come to its end


class Stop(asyncio.Event):
    """A request to stop, by a signal or by the process itself."""

    by: signal.Signals | None = None  # the signal that asked


def stop_event() -> Stop:
    """Return an event that SIGTERM, SIGINT and SIGHUP set."""
    event = Stop()
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        if not event.is_set():
            log.info("process.stopping", signal=number.name)
            event.by = number
        event.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number)
    return event
