"""Pages of large letters and directories: counted once for all, with the time of it."""

import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import event

from audiences.segments import save
from mailer import clock
from mailer.reports.figures import campaign_figures, kept, message_counts
from mailer.sites.site import Site
from mailer.web.streams import MOST_OF_USER
from tests.acts import campaigning
from tests.acts.console import Visitor, visitor
from tools.peers.serving import serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
COUNTED = re.compile(r"(Counted|Checked) at \d\d:\d\d:\d\d\.")


@pytest.fixture(autouse=True)
def _all_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_counts, "MANY", 0)
    monkeypatch.setattr(campaign_figures, "MANY", 0)
    monkeypatch.setattr(kept, "PATIENCE", 0.0)


async def _when_counted(one: Visitor, path: str) -> str:
    """Return a page when it has its figures; a browser asks for it again, too."""
    async with asyncio.timeout(30):
        while "data-again" in (page := (await one.get(path)).text):
            assert '<noscript><meta http-equiv="refresh"' in page or "audience" in path
            await asyncio.sleep(0.05)
    return page


async def test_pages_say_that_they_are_counted_and_then_when(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.released(site, tmp_path)
    draft = await campaigning.add(site, campaigning.write(tmp_path))
    async with site.database.writing() as session:
        await save.save(
            session, "african-ngos", "kind = ngo", by="editor", now=clock.now()
        )
    async with serving(site) as pages:
        one = await visitor(site, pages, "editor")
        first = {
            path: (await one.get(path)).text
            for path in (
                f"/campaigns/{number}",
                f"/campaigns/{number}/live",
                f"/campaigns/{number}/report",
                f"/campaigns/{draft}",
                f"/campaigns/{draft}/check",
                f"/campaigns/{draft}/audience",
                "/topics",
                "/audiences/african-ngos",
            )
        }
        assert "being counted" in first[f"/campaigns/{number}/report"]
        assert "It is being checked." in first[f"/campaigns/{draft}"]
        assert "errors to mend" not in first[f"/campaigns/{draft}"]
        for path in first:
            page = await _when_counted(one, path)
            assert COUNTED.search(page), path


@pytest.mark.prove
async def test_many_who_watch_cost_one_count(site: Site, tmp_path: Path) -> None:
    number = await campaigning.released(site, tmp_path)
    asked: Counter[str] = Counter()

    @event.listens_for(site.database.engine.sync_engine, "before_cursor_execute")
    def counting(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "GROUP BY message.state" in statement:
            asked["counts"] += 1

    async with serving(site) as pages:
        people = [
            await visitor(site, pages, name) for name in ("editor", "head-of-unit")
        ]
        address = f"{pages.url}/console/campaigns/{number}/live/events"

        async def watch(client: httpx.AsyncClient, cookie: str) -> str:
            headers = {"Cookie": cookie}
            async with client.stream("GET", address, headers=headers) as told:
                async for line in told.aiter_lines():
                    if "<table" in line:
                        return line
            return ""

        limits = httpx.Limits(max_connections=None)
        async with (
            asyncio.timeout(50),
            httpx.AsyncClient(timeout=60, limits=limits) as client,
        ):
            seen = await asyncio.gather(
                *(watch(client, each.cookie) for each in people * MOST_OF_USER)
            )
    assert all(seen)
    assert asked["counts"] <= 3  # the first, and one again after two seconds
