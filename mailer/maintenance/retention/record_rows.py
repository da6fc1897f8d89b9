"""Cuts old rows of the record off, if the settings say how long they are kept.

The record must verify first, and it is cut at an anchor only: the file of anchors then
shows that the rows were old, and has a line of the cut.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from audiences.record import chain, cutting
from audiences.record.cutting import RecordStart
from mailer.errors import StoreError
from mailer.maintenance import audit_rows
from mailer.sites.site import Site
from mailer.store import anchors
from mailer.store.anchors import Anchor

BY = "retention"  # in the record
STEP = timedelta(days=31)  # a cut is a row itself, so there is about one a month
BLOCK = 50_000  # rows of one transaction, or up to the first anchor after them
log = structlog.get_logger()


async def cut_due(site: Site, now: datetime) -> int:
    """Cut off the rows that are older than the settings keep them; return how many.

    Nothing is cut before the oldest row is a month older than that, and while the
    record is faulty.
    """
    days = site.settings.store.record_days
    if not days:
        return 0
    limit = now - timedelta(days=days)
    async with site.database.reading() as session:
        start = await cutting.first(session)
    if start is None or start.at > chain.instant(limit - STEP):
        return 0
    result = await audit_rows.verify(site)
    if result.first_fault is not None:
        log.warning("record.not_cut", reason=result.first_fault.sentence)
        return 0
    kept, _ = await asyncio.to_thread(anchors.read, site.root)
    old = [each for each in kept if each.at <= chain.instant(limit)]
    total = 0
    while (end := _next(old, start)) is not None:
        total += await _cut(site, end, days=days, now=now)
        async with site.database.reading() as session:
            start = await cutting.first(session) or start
    if total:
        log.info("record.cut", rows=total, through=start.number - 1)
    return total


def _next(old: Sequence[Anchor], start: RecordStart) -> Anchor | None:
    """Return where the next cut ends: the last anchor of a block, or the next one."""
    left = [each for each in old if each.number >= start.number]
    block = [each for each in left if each.number < start.number + BLOCK]
    if block:
        return max(block, key=lambda each: each.number)
    return min(left, key=lambda each: each.number, default=None)


async def _cut(site: Site, end: Anchor, *, days: float, now: datetime) -> int:
    """Cut the record off up to an anchor; return how many rows went.

    The line of the file comes first: a cut without it is a fault.
    """
    async with site.database.writing() as session:
        if not await cutting.is_row(session, end.end):
            raise StoreError(
                f"row {end.number} is not the one that the anchor of {end.at} names"
            )
        await asyncio.to_thread(anchors.append, site.root, end.end, now=now, cut=True)
        return await cutting.cut(session, end.end, by=BY, days=days, at=now)
