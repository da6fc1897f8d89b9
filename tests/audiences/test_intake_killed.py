"""An import that is killed at any time is applied whole or not at all."""

import asyncio
import hashlib
import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select

from audiences.contacts import Contact
from audiences.organisations import (
    Organisation,
    OrganisationCountry,
    OrganisationField,
)
from audiences.subscriptions import Consent, Subscription
from mailer.sites.opening import open_site
from tools import dice
from tools.bench import rows

ROWS, KILLS = 2_000, 5


PARTS = (
    select(Contact.address, Contact.name, Contact.roles, Organisation.code).join(
        Organisation
    ),
    select(Contact.address, Subscription.topic, Subscription.standing).join(
        Subscription
    ),
    select(Contact.address, Consent.topic, Consent.basis).join(Consent),
    select(Organisation.code, OrganisationCountry.country).join(OrganisationCountry),
    select(Organisation.code, OrganisationField.field).join(OrganisationField),
)


async def digest(folder: Path) -> str:
    """Return a hash of what an import can change, without row numbers."""
    total = hashlib.sha256()
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            for part in PARTS:
                rows = sorted(map(repr, await session.execute(part)))
                total.update("\n".join(rows).encode())
    return total.hexdigest()


async def import_(folder: Path, path: Path, *, kill_after: float | None) -> None:
    """Run the command, and kill it after `kill_after` seconds if it still runs."""
    command = [sys.executable, "-m", "mailer", "--config", str(folder / "config.toml")]
    process = await asyncio.create_subprocess_exec(
        *(*command, "contacts", "import", str(path), "--apply", "--basis", "test"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(kill_after):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@pytest.mark.prove
async def test_a_killed_import_is_whole_or_nothing(
    founded: Path, folder: Path, seed: int, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    rows.write(path, ROWS)
    before = await digest(folder)
    clean = tmp_path / "clean"
    shutil.copytree(founded, clean)
    loop = asyncio.get_running_loop()
    started = loop.time()
    await import_(clean, path, kill_after=None)
    took = loop.time() - started
    whole = await digest(clean)
    drawn = dice.of(seed)
    seen = set()
    for _ in range(KILLS):
        await import_(folder, path, kill_after=drawn.uniform(took / 3, took * 1.2))
        seen.add(await digest(folder))
    await import_(folder, path, kill_after=None)

    assert seen <= {before, whole}
    assert await digest(folder) == whole
