"""The step that imports a list, as `contacts import` does it."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake import importing, read
from audiences.intake.importing import Transactions
from mailer import clock
from mailer.maintenance import founding
from mailer.sites.opening import open_site


class Timed:
    """Transactions of one connection; how long the writing ones took."""

    def __init__(self, held: Transactions) -> None:
        self._held = held
        self.writing = 0.0  # seconds

    @asynccontextmanager
    async def transaction(self, *, writing: bool) -> AsyncIterator[AsyncSession]:
        """Begin one, and stop the clock when it is committed."""
        began = time.perf_counter()
        async with self._held.transaction(writing=writing) as session:
            yield session
        if writing:
            self.writing += time.perf_counter() - began


async def load(folder: Path, path: Path) -> dict[str, float]:
    """Import a list into a sample site: read, check, stage, apply."""
    async with open_site(folder / "config.toml") as site:
        table = read.open_table(path)
        async with site.database.connection() as held:
            timed = Timed(held)
            _, report = await importing.run(
                timed,
                table,
                key=site.address_key,
                basis="bench",
                by=founding.EDITOR,
                now=clock.now,
            )
    return {
        "rows": report.rows,
        "added": report.added,
        "applying": round(timed.writing, 2),
    }
