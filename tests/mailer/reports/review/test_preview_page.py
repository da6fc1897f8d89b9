"""The page of all letters, in a real browser: four views and a text of each letter."""

import os
from pathlib import Path

import pytest

from mailer import clock
from mailer.reports.review import preview_page
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.commands import Mailer
from tools.peers.browser import axe, chromium

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
GROUND = "getComputedStyle(document.body).backgroundColor"


@pytest.mark.prove
async def test_each_language_is_shown_on_desktop_and_phone_in_light_and_dark(
    site: Site, tmp_path: Path
) -> None:
    number = await campaigning.add(site, site.root / "campaigns" / "monthly-letter")
    made = await preview_page.page(site, number, now=clock.now())
    path = tmp_path / "letters.html"
    path.write_text(made.html, encoding="utf-8")
    async with chromium() as browser:
        tab = await browser.new_page(viewport={"width": 1400, "height": 900})
        faults: list[str] = []
        tab.on("pageerror", lambda fault: faults.append(str(fault)))
        await tab.goto(path.as_uri())
        sections = await tab.locator("section").count()
        frames = await tab.locator("iframe").count()
        languages = await tab.locator("pre").evaluate_all(
            "all => all.map(each => each.lang)"
        )
        first = tab.locator("section").first.locator("iframe")
        grounds = []
        for view in range(4):
            handle = await first.nth(view).element_handle()
            assert handle is not None
            await handle.scroll_into_view_if_needed()
            frame = await handle.content_frame()
            assert frame is not None
            await frame.wait_for_load_state()
            grounds.append(await frame.evaluate(GROUND))
        found = await axe(tab)

    assert (sections, frames) == (made.letters, 4 * made.letters)
    assert set(languages) == {"en", "fr", "es", "ar", "ru", "zh"}
    light, dark, phone_light, phone_dark = grounds
    assert (light, dark) == (phone_light, phone_dark)
    assert light != dark
    assert faults == []
    assert found.violations_count == 0, found.generate_report()


async def test_pictures_are_inside_the_page(site: Site) -> None:
    path = site.root / "campaigns" / "circular-letter"
    number = await campaigning.add(site, path)
    made = await preview_page.page(site, number, now=clock.now())

    assert "data:image/" in made.html
    assert "cid:" not in made.html


def test_the_command_writes_the_page_and_opens_it(
    mailer: Mailer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "browser"
    shim.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    shim.chmod(0o755)
    monkeypatch.setitem(os.environ, "BROWSER", f"{shim} %s")
    mailer("campaigns", "import", str(campaigning.write(tmp_path)), "--by", "editor")
    out = tmp_path / "letters.html"
    ran = mailer("campaigns", "preview", "1", "--out", str(out), "--open")
    neither = mailer("campaigns", "preview", "1")

    assert (ran.code, ran.out) == (0, f"{out} has 1 letter\n")
    assert (tmp_path / "opened").read_text().strip() == out.as_uri()
    assert neither.code == 2
