"""What takes long to count: counted once for all who ask, and kept with its time.

A count is made again when it is asked for and older than twenty times what it took, so
that it costs a twentieth of a core at most, however many watch. Meanwhile those who ask
get the last one, with the instant at which it was begun.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

import structlog

from mailer import clock

SHARE = 20  # times what it took, until it is made again
SOONEST = 2.0  # seconds, until it is made again
QUICK = 0.25  # seconds; what took less is waited for
PATIENCE = 0.1  # seconds for which a page waits
AT_ONCE = 2  # counts that are made
LASTS = 3_600.0  # seconds; an older count is not shown
MOST = 500  # counts that are kept
Value = TypeVar("Value")
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept(Generic[Value]):
    """A count, and when it began."""

    value: Value
    at: datetime
    renewing: bool = False  # it is old, or of an earlier version, and is made again


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    """A kept count, for which version it is, how long it took, and when it ended."""

    kept: Kept[Any]
    version: Hashable
    seconds: float
    ended: float  # by clock.uptime

    def is_fresh(self, version: Hashable) -> bool:
        age = clock.uptime() - self.ended
        lasts = max(SOONEST, SHARE * self.seconds)
        return self.version == version and age < lasts


class KeptFigures:
    """The counts of one process."""

    def __init__(self) -> None:
        self._made: OrderedDict[Hashable, _Made] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[Kept[Any]]] = {}
        self._faults: dict[Hashable, BaseException] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def get(
        self,
        key: Hashable,
        make: Callable[[], Awaitable[Value]],
        *,
        version: Hashable = None,
    ) -> Kept[Value] | None:
        """Return the last count; None while the first one is being made.

        One of another `version`, and an old one, are made again. What `make` raises is
        raised here, or by the next call.
        """
        made = self._made.get(key)
        if made is not None and clock.uptime() - made.ended > LASTS:
            made = None
        if made is not None and made.is_fresh(version):
            return made.kept
        if (fault := self._faults.pop((key, version), None)) is not None:
            raise fault
        task = self._making.get((key, version))
        if task is None:
            task = asyncio.create_task(self._make(key, make, version))
            self._making[key, version] = task
            task.add_done_callback(lambda done: self._end((key, version), done))
        if made is None or made.seconds < QUICK:
            await asyncio.wait({task}, timeout=PATIENCE)
        if task.done():
            self._faults.pop((key, version), None)
            return task.result()
        return None if made is None else replace(made.kept, renewing=True)

    async def close(self) -> None:
        """End what is being counted."""
        tasks = list(self._making.values())
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _make(
        self, key: Hashable, make: Callable[[], Awaitable[Value]], version: Hashable
    ) -> Kept[Value]:
        async with self._turn:
            at, began = clock.now(), clock.uptime()
            kept = Kept(value=await make(), at=at)
            ended = clock.uptime()
        self._made[key] = _Made(
            kept=kept, version=version, seconds=ended - began, ended=ended
        )
        self._made.move_to_end(key)
        if len(self._made) > MOST:
            self._made.popitem(last=False)
        return kept

    def _end(self, key: Hashable, done: asyncio.Task[Kept[Any]]) -> None:
        del self._making[key]
        if not done.cancelled() and (fault := done.exception()) is not None:
            self._faults[key] = fault
            log.warning("figures.fault", reason=type(fault).__name__)
