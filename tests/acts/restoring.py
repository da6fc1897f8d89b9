"""Backs up a site and restores it beside the first, as the commands do."""

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from mailer import clock
from mailer.maintenance import backup, restore, schema
from mailer.maintenance.archive import Manifest
from mailer.sites.site import Site
from tools.peers.postgres import Cluster


def quiet(_step: str) -> None:
    """Ignore a step."""


async def backed_up(site: Site, place: Path) -> tuple[Path, Manifest]:
    """Back up a site; return the archive and its manifest."""
    return await backup.backup(
        site, place / "site.tar.gz", now=clock.now(), progress=quiet
    )


async def restored(
    site: Site, archive: Path, into: Path, request: pytest.FixtureRequest
) -> Path:
    """Restore an archive beside a site, with its keys; return the new config.toml."""
    if not (into / "secrets").exists():
        shutil.copytree(site.root / "secrets", into / "secrets")
    store = None
    if not site.database.is_sqlite:
        running: Cluster = request.getfixturevalue("cluster")
        store = running.create(f"restored_{os.urandom(4).hex()}")
    await restore.restore(
        archive, into, store=store, keys=None, now=clock.now(), progress=quiet
    )
    return into / "config.toml"


async def contents(site: Site) -> dict[str, list[str]]:
    """Return every row of the store, but for its identity, counter and record.

    A move and a restore are themselves recorded.
    """
    found = {}
    async with site.database.reading() as session:
        for table in schema.metadata().sorted_tables:
            if not table.name.startswith("store_") and table.name != "record":
                rows = await session.execute(select(*table.columns))
                found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found
