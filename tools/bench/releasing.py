"""The steps that make a site, and that release a letter to all of its readers."""

import time
from pathlib import Path

from mailer import clock
from mailer.demo import demonstration
from mailer.maintenance import founding
from mailer.outbox import release
from mailer.sites.opening import open_site


async def found(folder: Path, store: str | None) -> dict[str, float]:
    """Make a site with the sample directory."""
    await founding.create_site(folder, with_sample=True, store=store, now=clock.now())
    return {}


async def release_all(folder: Path) -> dict[str, float]:
    """Write, check and approve the monthly letter; then release it to everybody."""
    campaign = folder / "campaigns" / "monthly-letter"
    described = (campaign / "campaign.toml").read_text(encoding="utf-8")
    if "\naudience" not in described:
        everybody = 'audience = "kind != sector and sub(monthly-letter)"\n'
        (campaign / "campaign.toml").write_text(everybody + described)
    async with open_site(folder / "config.toml") as site:
        started = time.perf_counter()
        number = await demonstration.prepare(site, campaign)
        approving = time.perf_counter() - started
        started = time.perf_counter()
        messages = await release.release(
            site, number, by=founding.EDITOR, now=clock.now()
        )
        releasing_took = time.perf_counter() - started
    return {
        "seconds": releasing_took,
        "messages": messages,
        "approving": round(approving, 2),
    }
