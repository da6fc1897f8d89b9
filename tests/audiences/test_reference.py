"""A site without the sample directory can begin with the reference data."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from audiences.contacts import Contact
from audiences.organisations import Organisation
from mailer.cli import main
from mailer.sites.opening import open_site


async def test_the_reference_data_gives_sectors_and_offices_without_contacts(
    bare_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    init = ["init", str(folder), "--reference", "--store", bare_url]
    assert await asyncio.to_thread(main.run, init) == 0

    async with open_site(folder / "config.toml") as site:
        async with site.database.reading() as session:
            kinds = await session.execute(
                select(Organisation.kind, func.count()).group_by(Organisation.kind)
            )
            counted = {kind: count for kind, count in kinds}
            contacts = await session.scalar(select(func.count()).select_from(Contact))

    assert (counted, contacts) == ({"sector": 10, "field_office": 54}, 0)


async def test_rules_may_use_the_offices_of_the_reference_data(
    bare_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    config = ["--config", str(folder / "config.toml")]
    init = ["init", str(folder), "--reference", "--store", bare_url]
    count = [*config, "segments", "count", "served_by = dakar and desk = ED"]
    assert await asyncio.to_thread(main.run, init) == 0

    assert await asyncio.to_thread(main.run, count) == 0
