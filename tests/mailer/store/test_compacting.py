"""A SQLite store gives its unused room back, and loses nothing by it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mailer import clock
from mailer.doctor import storage
from mailer.sites.site import Site
from mailer.store import compacting
from tests.acts.commands import Mailer, shown
from tests.acts.restoring import contents

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"])
ROWS, OCTETS = 400, 10_000


def deleted(folder: Path) -> None:
    """Fill four megabytes of the store, and delete them."""
    with closing(sqlite3.connect(folder / "mailer.db")) as connection:
        connection.execute("create table filling (octets blob)")
        connection.executemany(
            "insert into filling values (zeroblob(?))", [(OCTETS,)] * ROWS
        )
        connection.execute("drop table filling")
        connection.commit()


@ON_SQLITE
async def test_unused_room_is_found_and_given_back(
    site: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted(folder)
    before = await contents(site)
    monkeypatch.setattr(storage, "UNUSED_BYTES", 1_000_000)
    found = await storage.examine(site.database, now=clock.now())
    sizes = await compacting.compact(site.database)
    after = await storage.examine(site.database, now=clock.now())

    assert [each.about for each in found].count("growth") == 1
    assert [each.about for each in after].count("growth") == 0
    assert sizes[0].total - sizes[1].total >= ROWS * OCTETS
    assert sizes[1].unused == 0
    assert await contents(site) == before


@ON_SQLITE
def test_a_store_that_another_process_writes_stays_as_it_is(
    mailer: Mailer, folder: Path
) -> None:
    deleted(folder)
    config = folder / "config.toml"
    config.write_text(
        config.read_text().replace("busy_seconds = 30", "busy_seconds = 0.1")
    )
    with closing(sqlite3.connect(folder / "mailer.db")) as writer:
        writer.execute("begin immediate")
        refused = mailer("compact")
    done = mailer("compact")

    assert (refused.code, "is locked; stop every" in shown(refused.err)) == (1, True)
    assert (done.code, "the store had" in done.out) == (0, True)


@ON_SQLITE
def test_a_disk_without_room_refuses_before_anything_is_written(
    mailer: Mailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = shutil._ntuple_diskusage(9, 8, 1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: few)
    refused = mailer("compact")

    assert (refused.code, "make room first" in shown(refused.err)) == (1, True)


@pytest.mark.parametrize("store", ["postgresql"])
def test_postgresql_is_not_compacted_by_us(mailer: Mailer) -> None:
    refused = mailer("compact")

    assert (refused.code, "autovacuum" in shown(refused.err)) == (1, True)
