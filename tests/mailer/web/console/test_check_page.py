"""The check in the console: on pages when much is found, the errors first."""

from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])


async def test_much_that_is_found_is_on_pages_and_the_letters_page_stays_short(
    site: Site, tmp_path: Path
) -> None:
    items = "".join(
        f"\n# item day-{n}\ntitle: Day {n}\nlink: http://plain-{n}.example/\n"
        for n in range(110)
    )
    number = await campaigning.add(
        site, campaigning.write(tmp_path, en=campaigning.TEXT + items), unfinished=True
    )
    async with serving(site) as pages:
        user = await visitor(site, pages, "editor")
        first = await user.get(f"/campaigns/{number}/check")
        second = await user.get(f"/campaigns/{number}/check?after=100")
        faulty = await user.get(f"/campaigns/{number}/check?after=-1")
        letter = await user.get(f"/campaigns/{number}")

    assert "1 to 100 are shown" in first.text
    assert 'href="?after=100"' in first.text
    assert "101 to" in second.text
    assert faulty.status_code == 200
    assert "All that the check found" in letter.text
