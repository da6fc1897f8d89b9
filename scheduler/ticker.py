"""The ticker: calls one coroutine at a fixed interval.

It does not decide what is due: the coroutine asks the store. A clock that only goes
forward measures the interval, so a correction of the machine's time neither stops the
ticker nor lets it tick twice.
"""

import asyncio
from collections.abc import Awaitable, Callable


async def tick_every(seconds: float, tick: Callable[[], Awaitable[None]]) -> None:
    """Call `tick` now and then every `seconds`, until cancelled.

    Calls never overlap. Several missed calls become one late call. A fault of `tick` is
    raised.
    """
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await tick()
        await asyncio.sleep(began + seconds - loop.time())
