"""Runs a worker of a site until it is stopped; sets up logs and signals."""

import asyncio
import logging
import signal
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import structlog

from mailer import clock
from mailer.delivery import housekeeping
from mailer.delivery.worker import Worker
from mailer.maintenance import starting
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site


def log_to_stderr() -> None:
    """Log one JSON object a line to stderr; HTTP requests have tokens, so log none."""
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        logger_factory=lambda *_: _Log(),
    )


class _Log:
    """Writes lines to stderr; a line that cannot be written is lost."""

    def info(self, message: str) -> None:
        with suppress(OSError):
            print(message, file=sys.stderr, flush=True)

    warning = error = info


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
    known = await starting.check(site, now=clock.now())
    if until_idle:
        known.require_sending()
    worker = Worker(
        site,
        await housekeeping.begin(site, now=clock.now),
        now=clock.now,
        settled=settled,
        stopping=stopping or stop_event(),
    )
    await worker.run(until_idle=until_idle, notify=notify)


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM, SIGINT and SIGHUP set."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, event.set)
    return event
