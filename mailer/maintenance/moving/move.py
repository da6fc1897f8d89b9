"""Moves the store of a site to another database, and proves that nothing differs.

The source is held while it is copied: others can read it, and write when it is done.
Each store is marked with the address of the other, so that at most one of them sends,
wherever the move is interrupted:

1. the target is filled, compared and marked, in one transaction;
2. the source is marked as moved: from here on the move can only be finished;
3. the mark of the target is taken away, and config.toml names the target.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from mailer.errors import RefusedError
from mailer.maintenance import schema
from mailer.maintenance.moving import addresses, stores
from mailer.maintenance.moving.lines import Digest, RowForm
from mailer.maintenance.moving.stores import Blocks
from mailer.maintenance.moving.target import MoveTarget, TargetState
from mailer.outbox import lease
from mailer.readers import optouts
from mailer.settings.toml import edit_toml
from mailer.sites.site import Site
from mailer.store import identity, locks, moved
from mailer.store.faults import store_error

VARIABLE = "MAILER_STORE__URL"  # it goes before the setting in config.toml
Progress = Callable[[str, int, int], None]  # what is done, rows so far, rows of all


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreMove:
    """A move that is done. Digests are by table, the same in both stores.

    They are empty if an earlier call had copied and compared the rows.
    """

    source: str
    target: str
    epoch: str
    digests: Mapping[str, Digest]
    begun_again: bool  # what an interrupted move had left was removed first
    is_configured: bool  # config.toml names the target; else the variable decides

    @property
    def rows(self) -> int:
        """Return the rows of all tables."""
        return sum(each.rows for each in self.digests.values())


@dataclass
class _Copying:
    """Counts the rows of a move, and makes the digests of both stores."""

    progress: Progress
    total: int
    copied: dict[str, Digest] = field(default_factory=dict)
    done: int = 0

    def counted(self, blocks: Blocks, digests: dict[str, Digest], act: str) -> Blocks:
        """Return the same blocks, counted on their way."""

        async def counted(form: RowForm) -> AsyncIterator[list[bytes]]:
            digest = digests[form.table] = Digest()
            self.progress(f"{act} {form.table}", self.done, self.total)
            async for block in blocks(form):
                digest.add(block)
                self.done += len(block)
                self.progress(f"{act} {form.table}", self.done, self.total)
                yield block

        return counted


async def move(site: Site, to: str, *, now: datetime, progress: Progress) -> StoreMove:
    """Move the store of a site to the empty store at the address `to`.

    Called again after an interruption, it begins again or finishes. Raises RefusedError
    if the target is not empty, if workers use the source, or if anything differs; the
    source is then as it was.
    """
    settings = addresses.checked(site, to)
    ours, theirs = addresses.shown(site.settings.store.url), addresses.shown(to)
    target = MoveTarget(settings, site.root, ours)
    with _sentences(ours, theirs):
        known, found = await _look(site, target, theirs)
        digests: Mapping[str, Digest] = {}
        if known.moved_to is None:
            async with site.database.writing() as session:
                await _require_rest(session, now=now)
                is_again = found is TargetState.OURS
                digests = await _fill(session, target, progress, clear=is_again)
                await moved.mark(session, theirs)
    with _unfinished(theirs):
        there = await target.take_over(now=now)
        is_configured = await asyncio.to_thread(_configure, site, to)
    return StoreMove(
        source=ours,
        target=theirs,
        epoch=there.epoch.hex(),
        digests=digests,
        begun_again=known.moved_to is None and found is TargetState.OURS,
        is_configured=is_configured,
    )


async def _look(
    site: Site, target: MoveTarget, address: str
) -> tuple[identity.Identity, TargetState]:
    """Return the identity of the source and what the target has.

    Raises RefusedError if these two are no source and target of one move.
    """
    async with site.database.reading() as session:
        revision = await (await session.connection()).run_sync(schema.revision)
        if revision != schema.newest():
            raise RefusedError(
                f"the store's schema is {revision}, this version needs"
                f" {schema.newest()}",
                code="store.schema",
            )
        known = await identity.read(session)
    found = await target.found(known)
    if known.moved_to is None and found not in {TargetState.NOTHING, TargetState.OURS}:
        raise RefusedError(f"{address} is not empty; a move overwrites nothing")
    is_ours = known.moved_to == address and found in {
        TargetState.OURS,
        TargetState.THERE,
    }
    if known.moved_to is not None and not is_ours:
        known.require_here()
    return known, found


async def _require_rest(session: AsyncSession, *, now: datetime) -> None:
    """Hold the source; raise RefusedError if workers use it."""
    await locks.lock_claims(session)
    await stores.hold(await session.connection())
    at_work = await session.run_sync(lambda each: lease.at_work(each, now=now))
    if at_work:
        raise RefusedError(
            f"workers use this store: {', '.join(at_work)}; stop every worker, then"
            " move it"
        )


async def _fill(
    source: AsyncSession, target: MoveTarget, progress: Progress, *, clear: bool
) -> Mapping[str, Digest]:
    """Fill the target and compare it with the source; return the digests."""
    held = await source.connection()
    copying = _Copying(progress=progress, total=2 * await stores.count(held))
    async with target.filling(clear=clear) as session:
        connection = await session.connection()
        blocks = copying.counted(stores.read(held), copying.copied, "copying")
        await stores.fill(connection, blocks)
        await _compare(connection, copying)
    return copying.copied


async def _compare(connection: AsyncConnection, copying: _Copying) -> None:
    """Raise RefusedError if a table of the target has other rows than the source."""
    found: dict[str, Digest] = {}
    blocks = copying.counted(stores.read(connection), found, "comparing")
    for name, form in stores.forms().items():
        async for _ in blocks(form):
            pass
        if found[name] != copying.copied[name]:
            raise RefusedError(
                f"{name}: {found[name].rows:,} rows came to other than the"
                f" {copying.copied[name].rows:,} that were copied; nothing was moved"
            )


def _configure(site: Site, to: str) -> bool:
    """Name the target in config.toml; return False if a variable goes before it.

    Opt-outs that are kept beside the store are applied to the target as well.
    """
    optouts.rewind(site.root)
    if VARIABLE in {name.upper() for name in os.environ}:
        return False
    edit_toml(site.root / "config.toml", {("store", "url"): to})
    return True


@contextmanager
def _sentences(source: str, target: str) -> Iterator[None]:
    """Raise RefusedError for a fault of a store, before the source is marked."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, psycopg.Error, OSError) as fault:
        raise RefusedError(
            f"the move to {target} stopped, and {source} is as it was: {_reason(fault)}"
        ) from None


@contextmanager
def _unfinished(target: str) -> Iterator[None]:
    """Raise RefusedError for a fault after the source was marked."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, psycopg.Error, OSError) as fault:
        raise RefusedError(
            f"every row is in {target}, but the move is not finished, and nothing is"
            f" sent: {_reason(fault)}; run the same command again"
        ) from None


def _reason(fault: Exception) -> str:
    if isinstance(fault, DBAPIError):
        return str(store_error(fault))
    if isinstance(fault, psycopg.Error) and fault.diag.message_primary:
        place = (fault.diag.table_name, fault.diag.column_name)
        named = ".".join(each for each in place if each)
        return f"{fault.diag.message_primary}{f' ({named})' if named else ''}"
    return str(fault).splitlines()[0] if str(fault) else type(fault).__name__
