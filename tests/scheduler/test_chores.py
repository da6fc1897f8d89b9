"""Chores are called at intervals, never twice at once, and end with their block."""

import asyncio

from scheduler import chores
from tools.waiting import eventually


async def test_a_chore_is_called_at_once_and_again() -> None:
    calls: list[int] = []

    async def chore() -> None:
        calls.append(1)

    async with chores.every(0.05, chore):
        await eventually(lambda: len(calls) > 2, "it is not called", within=10)
    at_the_end = len(calls)
    await asyncio.sleep(0.2)

    assert len(calls) == at_the_end


async def test_a_long_chore_never_runs_twice_at_once_and_is_cancelled_at_the_end() -> (
    None
):
    running, most, ended = 0, 0, 0
    late = asyncio.Event()

    async def chore() -> None:
        nonlocal running, most, ended
        running += 1
        most = max(most, running)
        try:
            await asyncio.wait_for(late.wait(), 0.3)
        except TimeoutError:
            pass
        finally:
            running -= 1
            ended += 1

    async with chores.every(0.05, chore):
        await eventually(lambda: ended > 1, "it does not run again", within=10)
        await eventually(lambda: running == 1, "it does not run", within=10)

    assert most == 1
    assert running == 0
