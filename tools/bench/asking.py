"""The steps that ask a segment, as `segments count` and `segments members` do it."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

from audiences.segments import compiler, resolve, vocabularies
from mailer import clock
from mailer.sites.opening import open_site

FIVE_CLAUSES = (
    "kind = ngo and status in (associate, consultative) and fields has ED"
    " and role in (representative, head) and sub(monthly-letter)"
)
PAGE = 50


async def segment(folder: Path) -> dict[str, float]:
    """Count a rule of five clauses, and read the first page of its members."""
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            context = compiler.Context(
                vocabulary=await vocabularies.load(session), today=clock.now().date()
            )
            started = time.perf_counter()
            counted = await resolve.count(session, FIVE_CLAUSES, context)
            counting = time.perf_counter() - started
            started, shown = time.perf_counter(), 0
            async for _ in resolve.members(session, FIVE_CLAUSES, context):
                shown += 1
                if shown == PAGE:
                    break
            paging = time.perf_counter() - started
    return {
        "seconds": counting + paging,
        "count": counted.count,
        "counting": round(counting, 3),
        "first_page": round(paging, 3),
    }


async def members(folder: Path) -> dict[str, float]:
    """Read everyone a wide rule picks, as `segments members` streams them."""
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            context = compiler.Context(
                vocabulary=await vocabularies.load(session), today=clock.now().date()
            )
            found = resolve.members(session, "not kind = sector", context)
            return {"members": await _length(found)}


async def _length(rows: AsyncIterator[object]) -> int:
    count = 0
    async for _ in rows:
        count += 1
    return count
