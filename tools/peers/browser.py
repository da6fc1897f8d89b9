"""A real browser for the tests: Debian's Chromium, headless."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from axe_playwright_python.base import AxeResults
from playwright.async_api import Browser, Page, async_playwright


@asynccontextmanager
async def chromium(*arguments: str) -> AsyncIterator[Browser]:
    """Start Chromium; fail with the way to install it where it is missing."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("Chromium is missing; as root: apt-get install chromium")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", *arguments]
        )
        try:
            yield browser
        finally:
            await browser.close()


async def axe(page: Page) -> AxeResults:
    """Return what axe finds on a page.

    Frames are left out: a letter's frame is a sandbox, which refuses axe's message
    and says so on the console, at a moment that depends on when the frame is loaded.
    """
    return await Axe().run(page, options={"iframes": False})
