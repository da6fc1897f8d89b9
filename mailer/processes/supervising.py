"""Runs the parts of a process, and starts a part again when it fails."""

import asyncio
from asyncio import Event
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from mailer.clock import uptime
from mailer.errors import ConfigError, first_fault
from mailer.store import faults

WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds to a new start; then the last
STEADY = 300.0  # seconds after which a part counts as working: the waits begin again
log = structlog.get_logger()
Part = Callable[[], Awaitable[object]]


async def keep_running(name: str, part: Part, stopping: Event) -> None:
    """Run a part until stopped; when it fails, log that and start it again later.

    Raises the faults that no new start mends: wrong settings, and a store or disk that
    is damaged.
    """
    failures = 0
    while not stopping.is_set():
        began = uptime()
        fault: BaseException | None = None
        try:
            await part()
        except Exception as raised:  # noqa: BLE001 (each is logged, or raised below)
            fault = raised
            if isinstance(raised, BaseExceptionGroup):
                fault = first_fault(raised)
        if stopping.is_set():
            if fault is not None:
                raise fault
            return
        if fault is not None and _is_lasting(fault):
            raise fault
        failures = 0 if uptime() - began > STEADY else failures
        wait = WAITS[min(failures, len(WAITS) - 1)]
        failures += 1
        _log(name, fault, wait)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), wait)


async def until_stopped(work: Coroutine[Any, Any, None], stopping: Event) -> None:
    """Run work that has no end until stopped; raise its fault."""
    async with asyncio.TaskGroup() as tasks:
        working = tasks.create_task(work)
        await stopping.wait()
        working.cancel()


def _log(name: str, fault: BaseException | None, wait: float) -> None:
    ended = {"reason": "it ended, although nothing asked it to"} if not fault else {}
    log.error("part.failed", part=name, again_in=wait, exc_info=fault, **ended)


def _is_lasting(fault: BaseException) -> bool:
    """Whether a fault stays whenever the part is started again."""
    if isinstance(fault, DBAPIError):
        return faults.is_damage(fault)
    return isinstance(fault, ConfigError)
