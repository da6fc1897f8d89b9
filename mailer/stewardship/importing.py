"""Imports lists for the unit, and undoes imports.

A suppression of a list is in the file of opt-outs, too: a restored store needs it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from audiences.intake import importing
from audiences.intake.applied import undo
from audiences.intake.applied.undo import Undone
from audiences.intake.importing import ImportReport, Staged
from audiences.intake.lists.table import Table
from audiences.intake.values.checked import ToSuppress
from mailer import clock
from mailer.outbox import ledger
from mailer.readers import optouts
from mailer.sites.site import Site
from mailer.store.database import open_database
from mailer.users import guard

Result = TypeVar("Result")


async def run(
    site: Site, table: Table, *, by: str, apply: bool, **options: Any
) -> tuple[Staged, ImportReport]:
    """Check a list; with `apply`, write its valid rows.

    `options` are those of `importing.run`.
    """
    now = clock.now()
    async with site.database.connection() as held:
        staged, report = await importing.run(
            held,
            table,
            key=site.address_key,
            by=by,
            now=clock.now,
            apply=apply,
            **options,
        )
    if apply and report.newly_stopped:
        append_stops(site.root, staged.stops.values(), now)
    return staged, report


def append_stops(root: Path, stops: Iterable[ToSuppress], at: datetime) -> None:
    """Append the suppressions that a list tells of to the file of opt-outs."""
    listed = [
        optouts.of_suppression(each.address_key, at=at, reason=each.reason)
        for each in stops
    ]
    if listed:
        optouts.append(root, listed)


async def apart(site: Site, act: Callable[[Site], Awaitable[Result]]) -> Result:
    """Return the result of an act that reads a list, in a thread of its own.

    Checking a row takes processor time; the pages go on meanwhile. The act gets the
    site with a store of its own, because a store belongs to one thread.
    """

    async def acting() -> Result:
        store = open_database(site.settings.store, site.root).guarded(guard.require)
        try:
            return await act(replace(site, database=store))
        finally:
            await store.close()

    return await asyncio.to_thread(lambda: asyncio.run(acting()))


async def take_back(
    session: AsyncSession, import_id: int, *, by: str, now: datetime
) -> Undone:
    """Undo an import; rows that messages refer to stay."""
    return await undo.undo(
        session,
        import_id,
        in_use=ledger.written_to(),
        membership_in_use=ledger.written_to_by(),
        by=by,
        now=now,
    )
