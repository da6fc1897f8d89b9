"""Of two imports of one list at once the second finds what the first added."""

import asyncio
from pathlib import Path

from audiences.intake.importing import ImportReport
from mailer.sites.site import Site
from tests.audiences.importing import GOOD, import_file, snapshot, write

ROUNDS = 3


async def test_each_contact_is_added_once(site: Site, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        rows = [
            GOOD.replace("new@", f"n{number}-{each}@").replace(
                "new-ngo", f"new-{number}"
            )
            for each in range(300)
        ]
        path = write(tmp_path, *rows)
        ends = await asyncio.gather(
            import_file(site, path), import_file(site, path), return_exceptions=True
        )
        added = [each.added for each in ends if isinstance(each, ImportReport)]
        assert sorted(added) == [0, 300], ends
    addresses = [row[0] for row in await snapshot(site) if len(row) == 9]
    assert len(addresses) == len(set(addresses))
