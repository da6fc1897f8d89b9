"""The steps that are measured, each as the command of the product does it."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

from audiences.intake import importing, read
from audiences.intake.check import Checker
from audiences.segments import compile as compiler
from audiences.segments import resolve, vocabulary
from mailer import demo, founding
from mailer import site as sites
from mailer.outbox import release as releasing
from mailer.site import open_site

FIVE_CLAUSES = (
    "kind = ngo and status in (associate, consultative) and fields has ED"
    " and role in (representative, head) and sub(monthly-letter)"
)
PAGE = 50


async def found(folder: Path, store: str | None) -> dict[str, float]:
    """Make a site with the sample directory."""
    await founding.found(folder, with_sample=True, store=store, now=sites.now())
    return {}


async def load(folder: Path, path: Path) -> dict[str, float]:
    """Import a list: read, check, stage and apply."""
    async with open_site(folder / "config.toml") as site:
        table = read.open_table(path)
        async with site.database.held() as held:
            async with held.transaction(writing=False) as session:
                words = await vocabulary.load(session)
                checker = Checker(table, words, key=site.address_key, basis="bench")
                staged = await importing.stage_file(session, table, checker)
            staged_at = time.perf_counter()
            async with held.transaction(writing=True) as session:
                report = await importing.carry_out(
                    session, staged, by="bench", now=sites.now()
                )
            applied = time.perf_counter() - staged_at
    return {"rows": report.rows, "added": report.added, "applying": round(applied, 2)}


async def segment(folder: Path) -> dict[str, float]:
    """Count a rule of five clauses, and read the first page of its members."""
    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            context = compiler.Context(
                vocabulary=await vocabulary.load(session), today=sites.now().date()
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
                vocabulary=await vocabulary.load(session), today=sites.now().date()
            )
            found = resolve.members(session, "not kind = sector", context)
            return {"members": await _length(found)}


async def release(folder: Path) -> dict[str, float]:
    """Write, check and approve the monthly letter; then release it to everybody."""
    campaign = folder / "campaigns" / "monthly-letter"
    described = (campaign / "campaign.toml").read_text(encoding="utf-8")
    if "\naudience" not in described:
        everybody = 'audience = "kind != sector and sub(monthly-letter)"\n'
        (campaign / "campaign.toml").write_text(everybody + described)
    async with open_site(folder / "config.toml") as site:
        started = time.perf_counter()
        number = await demo.prepare(site, campaign)
        approving = time.perf_counter() - started
        started = time.perf_counter()
        messages = await releasing.release(
            site, number, by=founding.EDITOR, now=sites.now()
        )
        releasing_took = time.perf_counter() - started
    return {
        "seconds": releasing_took,
        "messages": messages,
        "approving": round(approving, 2),
    }


async def _length(rows: AsyncIterator[object]) -> int:
    count = 0
    async for _ in rows:
        count += 1
    return count
