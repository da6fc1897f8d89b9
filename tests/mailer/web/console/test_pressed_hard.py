"""Saves and searches without end: each is answered, and a campaign goes on."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import campaigning, delivering
from tests.mailer.web.console import test_writing
from tools.peers.relay import Relay
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
SAVES, AT_ONCE = 1_000, 20
LONG = "%C3%A9" * 1_700 + "%25%27%22*?_" * 400  # 10 KB and more
SEARCHES = ("/directory", "/campaigns", "/directory/suppressions", "/journal")


@pytest.mark.prove
async def test_a_thousand_saves_of_a_block_keep_the_last_and_a_campaign_is_sent(
    site: Site, relay: Relay, tmp_path: Path
) -> None:
    sent = await campaigning.released(site, tmp_path)
    number = await test_writing.letter(site, tmp_path)
    path = f"/campaigns/{number}/write/en"
    async with serving(site) as pages:
        ed = await test_writing.editor(site, pages)
        page = (await ed.get(path)).text
        turns = asyncio.Semaphore(AT_ONCE)

        async def save(n: int) -> int:
            block = test_writing.block(page, "first", n=n, title=f"{n}", text="New")
            async with turns:
                answer = await ed.post(path, block, **test_writing.BY_SCRIPT)
            return answer.status_code

        saving = asyncio.gather(*(save(n) for n in range(2, SAVES + 2)))
        await delivering.work(site)
        told = Counter(await saving)
        last = await save(SAVES + 2)

    assert set(told) <= {200, 409, 429}  # taken, overtaken, too fast
    assert (told[200] > 0, last) == (True, 200)
    kept = (await test_writing.stored(site, number))["en"]
    assert f"title: {SAVES + 2}\n" in kept
    assert (await campaigning.report(site, sent)).accepted == 10


async def test_a_search_of_ten_kilobytes_is_answered(site: Site) -> None:
    async with serving(site) as pages:
        ed = await test_writing.editor(site, pages)
        answers = [await ed.get(f"{each}?search={LONG}") for each in SEARCHES]
        longer = await ed.get(f"/directory?search={LONG * 3}")
        after = await ed.get("/directory")

    assert {each.status_code for each in answers} <= {200, 422}  # 422: no address
    assert all("<main" in each.text for each in answers)
    assert longer.status_code in {200, 400, 414, 431}
    assert after.status_code == 200
