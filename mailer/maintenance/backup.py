"""Backs up a site while it is in use: store, settings, templates and campaigns.

The keys are not part of it: they go into a file of their own, on demand.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

import mailer
from mailer.errors import NO_ROOM, RefusedError
from mailer.maintenance import copying, schema
from mailer.maintenance.archive import FORMAT, Manifest, Writer
from mailer.settings.sections import StoreSettings
from mailer.sites.site import Site
from mailer.store import identity
from mailer.store.database import open_database

STORE, CONFIG = "store.db", "config.toml"
Progress = Callable[[str], None]


async def backup(
    site: Site, destination: Path, *, now: datetime, progress: Progress
) -> tuple[Path, Manifest]:
    """Write a backup; return its path and its manifest.

    `destination` is a folder, or the path of the archive. Raises RefusedError if there
    is such a file, if the store needs an upgrade, or if it cannot be written.
    """
    path = _path(site, destination, now)
    try:
        return path, await _written(site, path, now, progress)
    except OSError as fault:
        why = fault.strerror
        if fault.errno in NO_ROOM:
            why = "the disk is full; make room, or name a folder on another disk"
        raise RefusedError(f"{path} was not written: {why}") from None


async def _written(
    site: Site, path: Path, now: datetime, progress: Progress
) -> Manifest:
    """Write the archive as a whole or not at all; return its manifest."""
    with (
        Writer(path) as writer,
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as scratch,
    ):
        copy = _sqlite if site.database.is_sqlite else _postgresql
        manifest = await copy(site, writer, Path(scratch), now, progress)
        for name, source in _files(site):
            await asyncio.to_thread(writer.add, name, source)
        progress("settings, templates and campaigns copied")
        whole = Manifest(**{**vars(manifest), "members": dict(writer.members)})
        await asyncio.to_thread(writer.finish, whole)
    return whole


def _path(site: Site, destination: Path, now: datetime) -> Path:
    if destination.is_dir():
        return destination / f"{site.root.name}-{now:%Y%m%dT%H%M%SZ}.tar.gz"
    if not destination.parent.is_dir():
        raise RefusedError(f"{destination.parent} is not a folder")
    return destination


def keys(site: Site, path: Path) -> None:
    """Write the keys of a site into a file of their own."""
    with Writer(path) as writer:
        for each in _below(site.root / "secrets"):
            writer.add(each.relative_to(site.root).as_posix(), each)
        writer.finish(None)


async def _sqlite(
    site: Site, writer: Writer, scratch: Path, now: datetime, progress: Progress
) -> Manifest:
    source = site.root / site.settings.store.url.partition(":///")[2]
    copy = scratch / STORE
    rows = await asyncio.to_thread(copying.copy_sqlite, source, copy)
    progress(f"the store copied, {sum(rows.values())} rows")
    settings = StoreSettings(url=f"sqlite:///{copy.name}")
    database = open_database(settings, copy.parent)
    try:
        async with database.reading() as session:
            manifest = await _manifest(session, "sqlite", rows, now)
    finally:
        await database.close()
    await asyncio.to_thread(writer.add, STORE, copy)
    return manifest


async def _postgresql(
    site: Site, writer: Writer, scratch: Path, now: datetime, progress: Progress
) -> Manifest:
    columns = copying.columns()
    rows = {}
    async with site.database.engine.connect() as connection:
        await connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        async with AsyncSession(connection) as session, session.begin():
            manifest = await _manifest(session, "postgresql", {}, now)
            for table, names in columns.items():
                file = scratch / f"{table}.copy"
                rows[table] = await copying.copy_table_out(
                    connection, table, names, file
                )
                await asyncio.to_thread(writer.add, f"store/{file.name}", file)
                file.unlink()
                progress(f"{table}: {rows[table]} rows")
    return Manifest(**{**vars(manifest), "rows": rows, "columns": columns})


async def _manifest(
    session: AsyncSession, kind: str, rows: dict[str, int], now: datetime
) -> Manifest:
    connection = await session.connection()
    revision = await connection.run_sync(schema.revision)
    if revision is None or revision != schema.newest():
        raise RefusedError(
            "the store's schema is not the schema of this version", code="store.schema"
        )
    known = await identity.read(session)
    check = known.address_check
    return Manifest(
        format=FORMAT,
        version=mailer.__version__,
        made_at=now.isoformat(),
        store=kind,
        revision=revision,
        epoch=known.epoch.hex(),
        address_check=check.hex() if check else None,
        rows=rows,
    )


def _files(site: Site) -> Iterator[tuple[str, Path]]:
    yield CONFIG, site.root / CONFIG
    folders = {"templates": site.templates_folder, "campaigns": site.root / "campaigns"}
    for name, folder in folders.items():
        for each in _below(folder):
            yield f"{name}/{each.relative_to(folder).as_posix()}", each


def _below(folder: Path) -> Iterator[Path]:
    """Yield the regular files below a folder; links are not followed."""
    for each in sorted(folder.rglob("*")):
        if each.is_file() and not each.is_symlink():
            yield each
