"""Several workers under one parent: more processors, one command.

The parent delivers nothing. It passes SIGTERM on, starts a worker again that was
killed, and adds up the JSON its workers print. A parent that is killed can pass
nothing on, so that each worker looks after its parent and stops when it is gone.
"""

import asyncio
import json
import os
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import structlog

from mailer.errors import MailerError

log = structlog.get_logger()
AGAIN = 1.0  # seconds before a worker that was killed is started again
LOOK = 0.5  # seconds between two looks of a worker after its parent


async def run(
    command: Sequence[str], number: int, *, stopping: asyncio.Event
) -> Counter[str]:
    """Run a command so many times at once until all have ended; add up their counts."""
    async with asyncio.TaskGroup() as tasks:
        workers = [
            tasks.create_task(_kept_alive(command, stopping)) for _ in range(number)
        ]
    return sum((worker.result() for worker in workers), Counter[str]())


async def _kept_alive(command: Sequence[str], stopping: asyncio.Event) -> Counter[str]:
    while True:
        child = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        said = await _ended(child, stopping)
        status = child.returncode or 0
        if status == 0:
            return Counter(json.loads(said))
        if status > 0:
            raise MailerError("a worker gave up; its reason stands above")
        log.warning("worker.killed", signal=-status, again=not stopping.is_set())
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), AGAIN)
        if stopping.is_set():
            return Counter()


async def _ended(child: Process, stopping: asyncio.Event) -> bytes:
    """Wait for the end of a worker, which is asked for when we are told to stop."""

    async def pass_on() -> None:
        await stopping.wait()
        with suppress(ProcessLookupError):
            child.terminate()

    passing = asyncio.create_task(pass_on())
    try:
        said, _ = await child.communicate()
    finally:
        passing.cancel()
        if child.returncode is None:
            child.terminate()
            await child.wait()
    return said


async def follow(parent: int, stopping: asyncio.Event) -> None:
    """Stop this process, as on SIGTERM, when the parent that started it is gone."""
    while not stopping.is_set():
        if os.getppid() != parent:
            log.warning("worker.orphaned", parent=parent)
            stopping.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), LOOK)
