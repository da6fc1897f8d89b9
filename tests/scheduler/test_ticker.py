"""The ticker's interval does not follow the machine's time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from scheduler import ticker
from tools.waiting import eventually

SECONDS = 0.05


class Ticks:
    """Counts ticks, by a clock that only goes forward."""

    def __init__(self) -> None:
        self.at: list[float] = []

    async def __call__(self) -> None:
        """Count one tick."""
        self.at.append(time.monotonic())

    async def more(self, number: int) -> None:
        """Wait for more ticks."""
        wanted = len(self.at) + number
        await eventually(lambda: len(self.at) >= wanted, "it does not tick", within=10)


@pytest.mark.parametrize("step", [timedelta(days=-7), timedelta(days=7)])
async def test_a_stepped_clock_neither_stops_it_nor_makes_it_tick_twice(
    step: timedelta,
) -> None:
    ticks = Ticks()
    ticking = asyncio.create_task(ticker.tick_every(SECONDS, ticks))
    await ticks.more(2)
    with time_machine.travel(datetime.now(UTC) + step, tick=True):
        await ticks.more(4)
    await ticks.more(2)
    ticking.cancel()
    gaps = [
        after - before for before, after in zip(ticks.at, ticks.at[1:], strict=False)
    ]

    assert min(gaps) > SECONDS * 0.9


async def test_ticks_never_overlap_and_missed_ones_become_one() -> None:
    running, most, begun = 0, 0, 0

    async def slow() -> None:
        nonlocal running, most, begun
        running, begun = running + 1, begun + 1
        most = max(most, running)
        await asyncio.sleep(SECONDS * 3)
        running -= 1

    ticking = asyncio.create_task(ticker.tick_every(SECONDS, slow))
    before = time.monotonic()
    await eventually(lambda: begun > 3, "it does not tick")
    took = time.monotonic() - before
    ticking.cancel()

    assert most == 1
    assert took > SECONDS * 8


async def test_a_fault_of_a_tick_is_raised() -> None:
    async def fails() -> None:
        raise ValueError("one")

    with pytest.raises(ValueError, match="one"):
        await ticker.tick_every(SECONDS, fails)
