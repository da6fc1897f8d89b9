"""Delivery of a site, stopped cleanly."""

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
from mailer.outbox.message_states import MessageState
from mailer.sites.site import Site


def log_to_stderr() -> None:
    """Write one JSON object a line to stderr; requests, with their tokens, are not."""
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
    """Writes to stderr; what a full disk or a closed pipe cannot take is lost."""

    def info(self, message: str) -> None:
        with suppress(OSError):
            print(message, file=sys.stderr, flush=True)

    warning = error = info


async def work(
    site: Site,
    *,
    until_idle: bool,
    settled: Callable[[Counter[MessageState]], None] = lambda _states: None,
    tell: Callable[[str], None] = lambda _sentence: None,
    stopping: asyncio.Event | None = None,
) -> None:
    """Deliver until stopped by SIGTERM or SIGINT, or until nothing is due."""
    worker = Worker(
        site,
        await housekeeping.enlist(site, now=clock.now),
        now=clock.now,
        settled=settled,
        stopping=stopping or stop_event(),
    )
    await worker.run(until_idle=until_idle, tell=tell)


def stop_event() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, event.set)
    return event
