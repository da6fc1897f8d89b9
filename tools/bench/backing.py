"""The step of the benchmark of scale that backs a site up."""

from pathlib import Path

from mailer import clock
from mailer.maintenance import backup
from mailer.sites.opening import open_site


async def back_up(folder: Path) -> dict[str, float]:
    """Back up a site beside its folder; return the size of the archive in MB."""
    async with open_site(folder / "config.toml") as site:
        archive, _ = await backup.backup(
            site, folder.parent, now=clock.now(), progress=lambda _step: None
        )
    return {"megabytes": round(archive.stat().st_size / 1e6, 1)}
