"""Runs several workers under one parent process, to use more processors.

The parent passes SIGTERM on, restarts a worker that was killed, and adds up the JSON
counts that its workers print. A parent that is killed cannot pass SIGTERM on, so each
worker watches its parent and stops when it is gone.
"""

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress

import structlog

from mailer.errors import MailerError

log = structlog.get_logger()
RESTART_WAIT = 1.0  # seconds before a worker that was killed is restarted
PARENT_LOOKS = 0.5  # seconds between looks of a worker for its parent


async def run(
    command: Sequence[str], number: int, *, stopping: asyncio.Event
) -> Counter[str]:
    """Run `number` processes of a command to their end; return the sum of their counts.

    Raises MailerError if one of them fails.
    """
    async with asyncio.TaskGroup() as tasks:
        workers = [
            tasks.create_task(_run_one(command, stopping)) for _ in range(number)
        ]
    return sum((worker.result() for worker in workers), Counter[str]())


async def _run_one(command: Sequence[str], stopping: asyncio.Event) -> Counter[str]:
    """Run one process; restart it when it was killed."""
    while True:
        child = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
        printed = await _output(child, stopping)
        status = child.returncode or 0
        if status == 0:
            return Counter(json.loads(printed))
        if status > 0:
            raise MailerError("a worker failed; its error is above")
        log.warning("worker.killed", signal=-status, again=not stopping.is_set())
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), RESTART_WAIT)
        if stopping.is_set():
            return Counter()


async def _output(child: Process, stopping: asyncio.Event) -> bytes:
    """Wait for the end of a process; return its stdout. Pass a request to stop on."""

    async def pass_on() -> None:
        await stopping.wait()
        _terminate(child)

    passing = asyncio.create_task(pass_on())
    try:
        printed, _ = await child.communicate()
    finally:
        passing.cancel()
        if child.returncode is None:
            _terminate(child)
            await child.wait()
    return printed


def _terminate(child: Process) -> None:
    """Ask a process to stop, by the signal alone.

    `Process.terminate` looks whether it has ended and so takes its exit code from the
    thread that waits for it: a process that has just ended well would count as failed.
    """
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGTERM)


async def follow(parent: int, stopping: asyncio.Event) -> None:
    """Set `stopping` when the process `parent` is no longer our parent."""
    while not stopping.is_set():
        if os.getppid() != parent:
            log.warning("worker.orphaned", parent=parent)
            stopping.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), PARENT_LOOKS)
