"""The step that imports a list, as `contacts import` does it."""

import time
from pathlib import Path

from audiences.intake import importing, read
from audiences.intake.check import Checker
from audiences.segments import vocabulary
from mailer import site as sites
from mailer.site import open_site


async def load(folder: Path, path: Path) -> dict[str, float]:
    """Import a list: read, check, stage and apply."""
    async with open_site(folder / "config.toml") as site:
        table = read.open_table(path)
        async with site.database.held() as held:
            async with held.transaction(writing=False) as session:
                words = await vocabulary.load(session)
                checker = Checker(table, words, key=site.address_key, basis="bench")
                staged = await importing.stage_file(session, table, checker)
            staged_at = time.perf_counter()
            async with held.transaction(writing=True) as session:
                report = await importing.carry_out(
                    session, staged, by="bench", now=sites.now()
                )
            applied = time.perf_counter() - staged_at
    return {"rows": report.rows, "added": report.added, "applying": round(applied, 2)}
