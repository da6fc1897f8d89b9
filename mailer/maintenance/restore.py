"""Restores a site from a backup, into a folder and a store that are empty.

Everything is checked first. The store begins a new epoch, and nothing leaves it until
`resume-after-restore`. config.toml is put into the folder last: without it there is no
site, so a restore that was killed cannot be taken for one that is done.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.people import former_keys
from mailer.errors import ConfigError, RefusedError
from mailer.maintenance import archive, copying, schema
from mailer.maintenance.archive import Manifest
from mailer.maintenance.backup import CONFIG, STORE
from mailer.outbox import heartbeat
from mailer.readers import optouts
from mailer.settings import loading, secrets
from mailer.settings.sections import Settings, StoreSettings
from mailer.settings.toml import edit_toml
from mailer.store import identity, key_check, last_seen
from mailer.store.database import open_database
from mailer.store.disk import sync_folder

KEYS, SQLITE = "secrets", "mailer.db"
# What is in no backup, and may be in the folder already.
KEPT = {KEYS, optouts.FILE, optouts.CURSOR, last_seen.NAME}
WORK = ".restoring"  # everything is made in this folder first
Progress = Callable[[str], None]


async def restore(
    path: Path,
    folder: Path,
    *,
    store: str | None,
    keys: Path | None,
    now: datetime,
    progress: Progress,
) -> Manifest:
    """Restore an archive into a folder; return its manifest.

    `store` is the address of an empty PostgreSQL database, if not that of the settings;
    `keys` the file that `backup --with-keys` made, if the keys are not in the folder.
    Raises RefusedError if the archive is not whole, or the target is not empty.
    """
    manifest = await asyncio.to_thread(archive.verified, path)
    progress(f"the backup of {manifest.made_at} is whole")
    work = await asyncio.to_thread(_begin, folder)
    try:
        await asyncio.to_thread(archive.extract, path, work)
        if keys is not None:
            await asyncio.to_thread(archive.extract, keys, work, f"{KEYS}/")
        settings = await asyncio.to_thread(_settings, work, manifest, store)
        key = await asyncio.to_thread(_address_key, settings, work, folder)
        known = manifest.address_check
        key_check.refuse_other_key(bytes.fromhex(known) if known else None, key)
        await _fill(settings.store, manifest, work, folder, key, now)
        progress(f"the store restored, {sum(manifest.rows.values())} rows")
        await asyncio.to_thread(_place, work, folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, work, ignore_errors=True)
    return manifest


def _begin(folder: Path) -> Path:
    """Make the folder to work in; raise RefusedError if the target is not empty."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = folder / WORK
    shutil.rmtree(work, ignore_errors=True)  # of a restore that was killed
    found = sorted(each.name for each in folder.iterdir() if each.name not in KEPT)
    if found:
        raise RefusedError(
            f"{folder} is not empty: it has {found[0]}; a restore overwrites nothing"
        )
    work.mkdir(mode=0o700)
    return work


def _settings(work: Path, manifest: Manifest, store: str | None) -> Settings:
    """Return the settings of the backup, with the store to fill."""
    config = work / CONFIG
    if manifest.store == "sqlite":
        if store is not None:
            raise RefusedError("--store: this is a backup of SQLite, which is a file")
        edit_toml(config, {("store", "url"): f"sqlite:///{SQLITE}"})
    elif store is not None:
        edit_toml(config, {("store", "url"): store})
    settings = loading.load(config)
    if settings.site.templates != Path("templates"):
        edit_toml(config, {("site", "templates"): "templates"})
    if settings.store.url.startswith("sqlite") != (manifest.store == "sqlite"):
        raise RefusedError(
            f"store.url: the backup is of {manifest.store}; this is another kind"
        )
    return settings


def _address_key(settings: Settings, work: Path, folder: Path) -> bytes:
    """Return the key from the file of keys, the folder, or the environment."""
    named = settings.keys.address_file
    path = next(
        (each / named for each in (work, folder) if (each / named).exists()), None
    )
    try:
        return secrets.read_key(path, settings.keys.address, "keys.address_file")
    except ConfigError:
        raise RefusedError(
            f"the keys are missing: put {KEYS}/ into {folder} first, or give --keys"
        ) from None


async def _fill(
    settings: StoreSettings,
    manifest: Manifest,
    work: Path,
    folder: Path,
    key: bytes,
    now: datetime,
) -> None:
    """Fill the store; it is there wholly, restored and not resumed, or not at all."""
    async with _filled(settings, manifest, work, now) as session:
        known = await identity.read(session)
        await key_check.require(session, known, key)
        await former_keys.upgrade(session, key=key)
        highest = await heartbeat.highest(session)
        await identity.begin_epoch(session, highest=highest, now=now)
        seen = await heartbeat.raised(session)
    await asyncio.to_thread(last_seen.write, work, seen)


@asynccontextmanager
async def _filled(
    settings: StoreSettings, manifest: Manifest, work: Path, now: datetime
) -> AsyncIterator[AsyncSession]:
    """Open a transaction on the filled store of the newest schema."""
    if manifest.store == "sqlite":
        await asyncio.to_thread((work / STORE).rename, work / SQLITE)
        rows = await asyncio.to_thread(copying.count_sqlite, work / SQLITE)
        _compare(rows, manifest)
    database = open_database(settings, work)
    try:
        if manifest.store == "sqlite":
            await schema.upgrade(database, now=now)
        async with database.writing() as session:
            if manifest.store == "postgresql":
                connection = await session.connection()
                if not await connection.run_sync(copying.is_empty):
                    raise RefusedError(
                        "store.url: the database is not empty; a restore overwrites"
                        " nothing"
                    )
                octets = copying.of_files(work / "store")
                rows = await copying.load(
                    connection, octets, manifest.columns, manifest.revision
                )
                _compare(rows, manifest)
                await connection.run_sync(schema.migrate, "head")
            yield session
    finally:
        await database.close()


def _compare(rows: dict[str, int], manifest: Manifest) -> None:
    if rows != manifest.rows:
        raise RefusedError("the store has other rows than were backed up")


def _place(work: Path, folder: Path) -> None:
    """Move everything into the folder, config.toml last."""
    shutil.rmtree(work / "store", ignore_errors=True)
    optouts.rewind(folder)
    for each in sorted(work.iterdir(), key=lambda path: path.name == CONFIG):
        if each.name == KEYS and (folder / KEYS).exists():
            raise RefusedError(f"{folder / KEYS} exists; give no --keys, or move it")
        sync_folder(folder)
        each.rename(folder / each.name)
    sync_folder(folder)
