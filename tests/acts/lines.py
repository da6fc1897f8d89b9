"""The log of a process, as its lines are read by programs."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

Line = dict[str, Any]


def read(stderr: bytes | str) -> list[Line]:
    """Return the lines of a log; each is one JSON object."""
    text = stderr.decode() if isinstance(stderr, bytes) else stderr
    lines = [json.loads(each) for each in text.splitlines()]
    assert all(isinstance(each, dict) for each in lines), text
    return lines


def events(lines: list[Line]) -> list[str]:
    """Return what the lines are about, in order."""
    return [str(each["event"]) for each in lines]


async def until(
    process: asyncio.subprocess.Process, event: str, *, seconds: float = 60
) -> list[Line]:
    """Read the log of a process until a line of an event; return all lines read."""
    found: list[Line] = []
    assert process.stderr is not None
    async with asyncio.timeout(seconds):
        while not found or found[-1]["event"] != event:
            line = await process.stderr.readline()
            assert line, f"the process ended without {event}: {found}"
            found += read(line)
    return found


def where(lines: list[Line], event: str, test: Callable[[Line], bool]) -> list[Line]:
    """Return the lines of one event that pass a test."""
    return [each for each in lines if each["event"] == event and test(each)]
