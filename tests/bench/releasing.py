"""The steps that make a site, and that release a letter to all of its readers."""

import time
from pathlib import Path

from mailer import demo, founding
from mailer import site as sites
from mailer.outbox import release as releasing
from mailer.site import open_site


async def found(folder: Path, store: str | None) -> dict[str, float]:
    """Make a site with the sample directory."""
    await founding.found(folder, with_sample=True, store=store, now=sites.now())
    return {}


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
