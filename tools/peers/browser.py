"""A real browser for the tests: Debian's Chromium, headless."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start Chromium; fail with the way to install it where it is missing."""
    found = shutil.which("chromium")
    if found is None:
        pytest.fail("Chromium is missing; as root: apt-get install chromium")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=found, args=["--no-sandbox"]
        )
        try:
            yield browser
        finally:
            await browser.close()
