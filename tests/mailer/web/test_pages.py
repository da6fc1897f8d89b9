"""The readers' pages in a real browser: language, direction, access, privacy."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from audiences import subscriptions
from audiences.contacts import find
from audiences.languages import OFFERED
from audiences.subscriptions import Evidence, How
from mailer import clock
from mailer.links import Signed
from mailer.settings.sections import LanguageSettings
from mailer.sites.site import Site
from tests.acts import readers
from tools.peers.browser import axe, chromium
from tools.peers.serving import ONE_CLICK, Pages, serving
from tools.samples import catalogues

pytestmark = pytest.mark.parametrize("store", ["sqlite"])

SIZES = {"phone": (320, 640), "desktop": (1280, 800)}
HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
LEANS = """() => [...document.querySelectorAll('h1, main p, legend, label')]
  .map(each => getComputedStyle(each))
  .map(style => style.direction + ' ' + style.textAlign)"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def paths(site: Site, place: Path) -> dict[str, str]:
    """Return the paths of a reader's pages; one subscription waits for confirmation."""
    link: Signed = await readers.signed(site, place)
    entry = await readers.signed_entry(site, place)
    async with site.database.writing() as session:
        contact = await find(session, readers.ED, key=site.address_key)
        await subscriptions.request(
            session,
            contact.id,
            "consultations",
            evidence=Evidence(at=clock.now(), how=How.PAGE),
        )
    return {
        "leave": f"/u/{link.unsubscribe}",
        "preferences": f"/p/{link.preferences}",
        "confirm": f"/c/{link.confirm}",
        "entry": f"/o/{entry.entry}",
        "not ours": "/u/wrong",
    }


async def opened(browser: Browser, pages: Pages, path: str, size: str) -> Page:
    width, height = SIZES[size]
    page = await browser.new_page(viewport={"width": width, "height": height})
    await page.goto(pages.url + path)
    return page


@pytest.mark.parametrize("language", OFFERED)
async def test_a_page_is_in_the_wanted_language_and_its_direction(
    site: Site, tmp_path: Path, language: str
) -> None:
    found = await paths(site, tmp_path)
    heading = catalogues()[language].text("Choose what you receive")
    async with serving(site) as pages:
        asked = await pages.get(f"{found['preferences']}?lang={language}")
        by_header = await pages.get("/u/wrong", **{"Accept-Language": language})

    direction = "rtl" if language == "ar" else "ltr"
    for answer in (asked, by_header):
        assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert f"<h1>{heading}</h1>" in asked.text
    assert asked.headers["content-type"] == "text/html; charset=utf-8"


async def test_without_a_wanted_language_a_page_is_in_the_sites(site: Site) -> None:
    languages = LanguageSettings(default="fr")
    settings = site.settings.model_copy(update={"languages": languages})
    async with serving(replace(site, settings=settings)) as pages:
        answer = await pages.get("/u/wrong")

    assert '<html lang="fr"' in answer.text


async def test_every_page_has_the_security_headers(site: Site, tmp_path: Path) -> None:
    found = await paths(site, tmp_path)
    async with serving(site) as pages:
        answers = [await pages.get(path) for path in (*found.values(), "/nowhere")]
        answers.append(await pages.post(found["leave"], ONE_CLICK))

    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in answer.headers
        assert "<script" not in answer.text


@pytest.mark.prove
async def test_a_browser_requests_nothing_from_other_hosts(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    found = await paths(site, tmp_path)
    asked: list[str] = []
    async with serving(site) as pages:
        page = await browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: asked.append(f"console: {line.text}"))
        for path in found.values():
            await page.goto(pages.url + path, wait_until="networkidle")

    assert {url.split("/", 3)[2] for url in asked if "://" in url} == {
        pages.url.removeprefix("http://")
    }
    assert [each for each in asked if "Security Policy" in each] == []


@pytest.mark.prove
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["fr", "ar"])
async def test_pages_are_accessible_and_fit(
    site: Site, tmp_path: Path, browser: Browser, language: str, size: str
) -> None:
    """No fault is found by axe, no page is too wide, text begins on its side."""
    found = await paths(site, tmp_path)
    side = "rtl" if language == "ar" else "ltr"
    async with serving(site) as pages:
        for path in found.values():
            page = await opened(browser, pages, f"{path}?lang={language}", size)
            result = await axe(page)
            width = await page.evaluate("document.documentElement.scrollWidth")

            assert result.violations_count == 0, result.generate_report()
            assert width <= SIZES[size][0]
            assert {each.split()[0] for each in await page.evaluate(LEANS)} == {side}
            assert {each.split()[1] for each in await page.evaluate(LEANS)} == {"start"}


@pytest.mark.prove
async def test_a_reader_unsubscribes_with_the_keyboard_only(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    found = await paths(site, tmp_path)
    async with serving(site) as pages:
        page = await opened(browser, pages, found["leave"], "phone")
        await page.keyboard.press("Tab")
        first = await page.evaluate("document.activeElement.className")
        await page.get_by_role("button").focus()
        async with page.expect_navigation():
            await page.keyboard.press("Enter")
        heading = await page.locator("h1").inner_text()

    assert first == "skip"
    assert heading == "You have unsubscribed from this letter"
    assert (await readers.standings(site))["monthly-letter"] == "ended"


@pytest.mark.prove
async def test_a_reader_chooses_arabic_and_the_page_is_in_it(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    found = await paths(site, tmp_path)
    async with serving(site) as pages:
        page = await opened(browser, pages, found["preferences"], "phone")
        await page.get_by_role("radio", name="العربية").check()
        async with page.expect_navigation():
            await page.get_by_role("button", name="Save").click()
        direction = await page.evaluate("document.documentElement.dir")

    assert direction == "rtl"
