"""Readers' pages on paper: what they say, without what only a screen can use."""

from pathlib import Path

import pytest

from mailer.sites.site import Site
from tests.acts import readers
from tools.peers.browser import chromium
from tools.peers.serving import serving

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]


async def test_an_entry_is_printed_without_buttons_fields_and_navigation(
    site: Site, tmp_path: Path
) -> None:
    signed = await readers.signed_entry(site, tmp_path)
    async with serving(site) as pages, chromium() as browser:
        page = await browser.new_page(color_scheme="dark")
        await page.goto(f"{pages.url}/o/{signed.entry}?lang=en")
        await page.emulate_media(media="print")
        text = await page.inner_text("body")
        ground, ink = await page.evaluate(
            "['backgroundColor', 'color'].map((key) =>"
            " getComputedStyle(document.body)[key])"
        )

    assert "Your entry in the directory" in text
    for on_screen in ("Français", "Send the correction", "Anything else", "Change"):
        assert on_screen not in text
    assert ground == "rgba(0, 0, 0, 0)"
    assert ink < "rgb(5"  # dark ink, though the reader's screen is dark
