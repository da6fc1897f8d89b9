"""What time costs: `python -m tools.bench.schedule` prints a JSON line.

The words and the year of 1,000 cadences; a tick of a site with 10,000 series and
1,000,000 past slots on each store, when nothing is due.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from mailer.campaigns.models import Occurrence, Series
from mailer.maintenance import founding
from mailer.processes import ticking
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from scheduler import stored, words
from scheduler.cadences import Cadence
from scheduler.office import Office
from scheduler.slots import slots_in
from tools.bench.scale import STORES
from tools.peers.postgres import Cluster

TEXTS = (
    *("first Tuesday", "last working day", "every other Thursday", "every 15th"),
    *("un jeudi sur deux", "dernier jour ouvrable", "quarterly, second Thursday"),
    *("every Monday and Thursday", "daily", "2 days before the first Tuesday"),
)
ZONES = ("Europe/Paris", "Asia/Tokyo", "America/New_York", "Africa/Cairo", "UTC")
CADENCES, SERIES, PAST = 1_000, 10_000, 1_000_000
CHUNK = 50_000  # rows
ROUNDS = 9


def _cadences() -> list[Cadence]:
    """Return cadences of which no two have the same time."""
    found = []
    for number in range(CADENCES):
        text, zone = TEXTS[number % len(TEXTS)], ZONES[number % len(ZONES)]
        cadence = words.parse(f"{text} 00:00", zone=zone)
        at = clock_time(number // 60, number % 60)
        found.append(replace(cadence, at=at))
    return found


def _year(cadences: list[Cadence]) -> int:
    """Return how many slots cadences have in a year."""
    office = Office(calendar="FR")
    return sum(len(slots_in(each, 2027, office=office)) for each in cadences)


async def _filled(site: Site, now: datetime) -> None:
    """Store series whose slots are made, and past slots."""
    rule = stored.dump(words.parse(TEXTS[0]))
    rows = [
        {
            "id": number + 10,
            "name": f"series {number}",
            "cadence": TEXTS[0],
            "zone": "UTC",
            "rule": rule,
            "renew_at": now + timedelta(days=3),
            "created_at": now,
        }
        for number in range(SERIES)
    ]
    async with site.database.writing() as session:
        await session.execute(insert(Series), rows)
    for chunk in _past(now):
        async with site.database.writing() as session:
            await session.execute(insert(Occurrence), chunk)


def _past(now: datetime) -> Iterator[list[dict[str, object]]]:
    """Yield past slots, so many for each series, in chunks."""
    each = PAST // SERIES
    for begin in range(0, PAST, CHUNK):
        yield [
            {
                "series_id": number // each + 10,
                "slot": f"{number % each:016}",
                "due_at": now - timedelta(days=30 + number % each),
                "outcome": "released",
            }
            for number in range(begin, begin + CHUNK)
        ]


async def _tick(folder: Path, store: str | None) -> dict[str, float]:
    """Return the median times of a tick when nothing is due, in milliseconds."""
    now = datetime.now(UTC)
    await founding.create_site(folder, with_sample=False, store=store, now=now)
    taken, worked = [], []
    async with open_site(folder / "config.toml") as site:
        await _filled(site, now)
        await ticking.tick(site, now, every_series=False)
        for _ in range(ROUNDS):
            began, busy = time.perf_counter(), time.process_time()
            await ticking.tick(site, now, every_series=False)
            taken.append(time.perf_counter() - began)
            worked.append(time.process_time() - busy)
    return {
        "tick_ms": round(median(taken) * 1000, 1),
        "cpu_ms": round(median(worked) * 1000, 1),
    }


def run() -> dict[str, float | dict[str, float]]:
    """Return the processor seconds of words and a year, and what a tick takes."""
    began = time.process_time()
    cadences = _cadences()
    read = time.process_time()
    found = _year(cadences)
    ended = time.process_time()
    ticks = {}
    cluster = Cluster.start()
    try:
        for store in STORES:
            with tempfile.TemporaryDirectory() as folder:
                url = None if store == "sqlite" else cluster.create("schedule")
                ticks[store] = asyncio.run(_tick(Path(folder) / "site", url))
    finally:
        cluster.stop()
    return {
        "words_seconds": round(read - began, 2),
        "year_seconds": round(ended - read, 2),
        "year_slots": found,
        **ticks,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"schedule": run()}) + "\n")
