"""How fast the record is verified: `python -m tools.bench.auditing` prints a JSON line.

A record of 1,000,000 rows on each store, one in ten with a personal part.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from audiences.record import chain
from audiences.record.chain import RecordEntry
from audiences.record.models import RecordPerson, RecordPersonal, RecordRow
from audiences.store import bulk
from mailer.maintenance import audit_rows, founding
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from tools.bench.scale import STORES
from tools.peers.postgres import Cluster

ROWS, CHUNK, ROUNDS = 1_000_000, 20_000, 3
PERSONS = 1_000
KEY = bytes(32)
NOW = datetime(2027, 5, 4, 8, tzinfo=UTC)
Values = tuple[Any, ...]


def _rows(first: int, before: bytes) -> Iterator[tuple[Values, Values | None]]:
    """Yield rows of the record after the row before `first`, with personal parts."""
    for number in range(first, ROWS + 1):
        person = f"contact {number % PERSONS}" if number % 10 == 0 else None
        part = f'{{"name":["Awa","Awa {number}"]}}' if person else None
        entry = RecordEntry(
            number=number,
            at=chain.instant(NOW + timedelta(seconds=number)),
            by="editor",
            about=person or f"campaign {number // 10}",
            act="edited",
            origin="terminal",
            account="liaison",
            detail={"subject": ["The monthly letter", f"The letter {number}"]},
            person=person,
            seal=part and chain.personal_seal(KEY, number, part),
        )
        body = chain.body(entry)
        before = chain.digest(before, body)
        columns = (number, entry.at, entry.by, entry.about, body, before)
        yield columns, (number, person, part) if part else None


async def _fill(site: Site) -> None:
    """Add rows until the record has ROWS."""
    async with site.database.writing() as session:
        persons = [f"contact {number}" for number in range(PERSONS)]
        rows = [{"name": each, "key": KEY, "holder": each} for each in persons]
        await session.execute(insert(RecordPerson), rows)
    result = await audit_rows.verify(site)
    made = list(_rows(result.last + 1, result.end))
    for begin in range(0, len(made), CHUNK):
        chunk = made[begin : begin + CHUNK]
        parts = [part for _, part in chunk if part]
        async with site.database.writing() as session:
            for table, values in (
                (RecordRow, [row for row, _ in chunk]),
                (RecordPersonal, parts),
            ):
                columns = [each.name for each in table.__table__.columns]
                await bulk.write(session, table.__table__, columns, values)  # type: ignore[arg-type]


async def _measure(folder: Path, store: str | None) -> dict[str, float]:
    config = await founding.create_site(
        folder, with_sample=True, store=store, now=datetime.now(UTC)
    )
    async with open_site(config) as site:
        await _fill(site)
        seconds, cpu = [], []
        for _ in range(ROUNDS):
            began, worked = time.perf_counter(), time.process_time()
            result = await audit_rows.verify(site)
            seconds.append(time.perf_counter() - began)
            cpu.append(time.process_time() - worked)
            assert result.faults == 0, result.found
    best = min(seconds)
    return {
        "rows": ROWS,
        "seconds": round(best, 2),
        "per_second": round(ROWS / best),
        "cpu_us": round(min(cpu) / ROWS * 1e6, 2),
    }


def run() -> dict[str, dict[str, float]]:
    """Return the rows a second on each store."""
    cluster = Cluster.start()
    try:
        found = {}
        for store in STORES:
            with tempfile.TemporaryDirectory() as folder:
                url = None if store == "sqlite" else cluster.create("auditing")
                found[store] = asyncio.run(_measure(Path(folder) / "site", url))
        return found
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run()) + "\n")
