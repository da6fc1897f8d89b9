"""Waits for a condition, within a bound and with a sentence where it never comes."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

BOUND = 60.0  # seconds; more than anything takes on a busy machine
PAUSE = 0.02  # seconds between two looks


def until(came: Callable[[], bool], otherwise: str, *, within: float = BOUND) -> None:
    """Wait until a condition holds; raise AssertionError with the sentence if not."""
    end = time.monotonic() + within
    while not came():
        assert time.monotonic() < end, f"{otherwise}, after {within:g} seconds"
        time.sleep(PAUSE)


async def eventually(
    came: Callable[[], bool | Awaitable[bool]], otherwise: str, *, within: float = BOUND
) -> None:
    """Wait as `until` does, for a condition that may have to be awaited."""
    end = time.monotonic() + within
    while True:
        held = came()
        if inspect.isawaitable(held):
            held = await held
        if held:
            return
        assert time.monotonic() < end, f"{otherwise}, after {within:g} seconds"
        await asyncio.sleep(PAUSE)
