"""A restore that is killed at any time is whole, or no site at all."""

import asyncio
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from audiences.contacts import Contact
from mailer.sites.opening import open_site
from mailer.sites.site import Site
from mailer.store import identity
from tests.acts import campaigning
from tests.acts.restoring import backed_up
from tools import dice
from tools.peers.postgres import Cluster

KILLS = 6


async def restore(
    site: Site, archive: Path, into: Path, url: str | None, *, kill_after: float | None
) -> int:
    """Run the command beside a site's keys, and kill it if it still runs then."""
    if not (into / "secrets").exists():
        shutil.copytree(site.root / "secrets", into / "secrets")
    store = ("--store", url) if url else ()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "mailer", "restore", str(archive)),
        *("--into", str(into), *store),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(kill_after):
            return await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        return await process.wait()


async def contacts(config: Path) -> tuple[int, bool]:
    """Return how many contacts a site has, and whether it waits to be resumed."""
    async with open_site(config) as site, site.database.reading() as session:
        count = await session.scalar(select(func.count()).select_from(Contact))
        return count or 0, (await identity.read(session)).awaits_resume


@pytest.mark.prove
async def test_a_killed_restore_is_whole_or_no_site(
    site: Site, tmp_path: Path, request: pytest.FixtureRequest, seed: int
) -> None:
    await campaigning.released(site, tmp_path)
    archive, manifest = await backed_up(site, tmp_path)
    whole = (manifest.rows["contact"], True)

    def empty_store() -> str | None:
        if site.database.is_sqlite:
            return None
        running: Cluster = request.getfixturevalue("cluster")
        return running.create(f"killed_{os.urandom(4).hex()}")

    loop = asyncio.get_running_loop()
    began = loop.time()
    clean = tmp_path / "clean"
    assert await restore(site, archive, clean, empty_store(), kill_after=None) == 0
    took = loop.time() - began
    assert await contacts(clean / "config.toml") == whole
    drawn = dice.of(seed)
    for number in range(KILLS):
        into, url = tmp_path / f"killed-{number}", empty_store()
        after = drawn.uniform(took / 3, took * 1.05)
        await restore(site, archive, into, url, kill_after=after)
        if not (into / "config.toml").exists():
            code = await restore(site, archive, into, url, kill_after=None)
            if code != 0:  # the store was filled; it takes an empty one
                into = tmp_path / f"again-{number}"
                again = empty_store()
                code = await restore(site, archive, into, again, kill_after=None)
            assert code == 0

        assert await contacts(into / "config.toml") == whole
