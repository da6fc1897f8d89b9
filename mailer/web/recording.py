"""What the pages of a site write: opt-outs to the file first, then to the store."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from mailer.errors import RefusedError
from mailer.readers import applying, compaction, optouts
from mailer.readers.optouts import OptOut
from mailer.sites.site import Site
from mailer.store import moved
from mailer.store.faults import store_error

PATIENCE = 2.0  # seconds that a reader waits for the store
ROUNDS = 2  # the one under way may have begun before a line was written
LOOKS = 5.0  # seconds between attempts to apply what the store has not taken
WRITERS = 2  # pages that write at once: delivery waits for no more of them
log = structlog.get_logger()


class Recording:
    """Writes for the pages of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._applying: asyncio.Task[bool] | None = None
        self._waits = ""  # why opt-outs wait for the store, as last logged
        self._writers = asyncio.Semaphore(WRITERS)

    async def opt_outs(self, wanted: Sequence[OptOut]) -> bool:
        """Record opt-outs on the disk; return whether the store has them as well.

        It waits PATIENCE seconds for the store; then `apply_for_ever` goes on. Raises
        NotRecordedError if the disk cannot take them.
        """
        root = self._site.root
        size = await asyncio.to_thread(optouts.append, root, wanted)
        end = time.monotonic() + PATIENCE
        for _ in range(ROUNDS):
            if optouts.applied(root) >= size:
                return True
            task = self._task()
            await asyncio.wait({task}, timeout=max(0, end - time.monotonic()))
            if not task.done() or not task.result():
                return False
        return optouts.applied(root) >= size

    async def apply_for_ever(self) -> None:
        """Apply what the store has not taken, now and regularly, until cancelled.

        Then a large file is rewritten, once.
        """
        compacted = False
        while True:
            if optouts.has_pending(self._site.root):
                await asyncio.wait({self._task()})
            elif not compacted:
                await asyncio.to_thread(compaction.compact, self._site.root)
                compacted = True
            await asyncio.sleep(LOOKS)

    def _task(self) -> asyncio.Task[bool]:
        """Return the task that applies; it is never cancelled, for others wait too."""
        if self._applying is None or self._applying.done():
            self._applying = asyncio.create_task(self._apply())
        return self._applying

    async def _apply(self) -> bool:
        """Apply what is pending; return False if the store does not take it now."""
        try:
            await applying.apply_pending(self._site)
        except (DBAPIError, RefusedError) as fault:
            known = store_error(fault) if isinstance(fault, DBAPIError) else fault
            reason = str(known)
            if reason != self._waits:
                self._waits = reason
                log.warning("optouts.wait", reason=reason)
            return False
        if self._waits:
            self._waits = ""
            log.info("optouts.taken")
        return True

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncIterator[AsyncSession]:
        """Open a transaction of a page; raise RefusedError if the store was moved."""
        if not writing:
            async with self._site.database.reading() as session:
                yield session
            return
        async with self._writers, self._site.database.writing() as session:
            await moved.require_here(session)
            yield session
