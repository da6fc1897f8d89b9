"""The pages of the directory and of the site in a real browser."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from mailer.sites.site import Site
from tests.acts.console import Visitor, visitor
from tests.mailer.web.console.test_imports import LIST, place_of, upload
from tests.mailer.web.console.test_proposals import proposed
from tools.peers.browser import axe, chromium
from tools.peers.serving import serving

ADDED = "/directory/contacts/1"
BODY = "/directory/organisations/300"
PATHS = (
    *("/directory?search=educ", "/directory?show=contacts", "/directory?search=zzz"),
    *("/directory?country=nowhere%20", BODY, f"{BODY}/edit", f"{BODY}/merge?into=icom"),
    *("/directory/organisations/new", "/directory/contacts/new", ADDED),
    *(f"{ADDED}/{act}" for act in ("edit", "move", "merge", "remove", "erase")),
    *(f"{ADDED}/suppress", f"{ADDED}/seen", "/directory/imports"),
    *("/directory/imports/1/undo", "/directory/proposals", "/directory/suppressions"),
    *("/directory/export?kind=ngo", "/directory/lists", "/words", "/topics"),
    *("/journal", "/health", "/settings"),
)
# what is narrower than a word of it: its letters stand one below the other
NARROW = """() => [...document.querySelectorAll("caption, th, td, dt, dd, label, a")]
  .filter((each) => each.innerText.trim().length > 3 && each.clientWidth > 1
    && getComputedStyle(each).display !== "inline"
    && each.clientWidth < 2 * parseFloat(getComputedStyle(each).fontSize))
  .map((each) => each.innerText)"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def faults(
    browser: Browser, user: Visitor, paths: list[str], language: str, width: int
) -> list[str]:
    """Return what axe finds, and which pages are too wide or speak to the console."""
    context = await browser.new_context(
        viewport={"width": width, "height": 800},
        java_script_enabled=True,
        locale=language,
    )
    name, _, value = user.cookie.partition("=")
    cookie = {"name": name, "value": value, "url": user.pages.url}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    found: list[str] = []
    page.on("console", lambda each: found.append(each.text))
    for path in paths:
        mark = "&" if "?" in path else "?"
        await page.goto(f"{user.pages.url}/console{path}{mark}lang={language}")
        result = await axe(page)
        if result.violations_count:
            found.append(f"{path}: {result.generate_report()}")
        if await page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path} is wider than {width}")
        if narrow := await page.evaluate(NARROW):
            found.append(f"{path} is too narrow: {narrow}")
    return [each for each in found if "favicon" not in each and "404" not in each]


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
@pytest.mark.parametrize(
    ("language", "width"), [("en", 1280), ("fr", 320), ("ar", 320)]
)
async def test_the_pages_are_accessible_and_fit(
    site: Site, browser: Browser, language: str, width: int
) -> None:
    await proposed(site, acronym="X" * 60, note="long words\n" * 5)
    async with serving(site) as pages:
        steward = await visitor(site, pages, "editor")
        check = place_of(await upload(steward, "list.csv", LIST.encode()))
        paths = [*PATHS, check]
        assert await faults(browser, steward, paths, language, width) == []


# the labels of cards that do not stand where the lines of the page begin
ASTRAY = """() => [...document.querySelectorAll("td[data-label]")].filter((each) => {
    const label = getComputedStyle(each, "::before"), page = document.documentElement;
    return label.display === "block" && label.direction !== page.dir;
  }).map((each) => each.dataset.label)"""


@pytest.mark.prove
@pytest.mark.parametrize("store", ["sqlite"])
async def test_paper_has_no_navigation_and_labels_begin_where_the_page_does(
    site: Site, browser: Browser
) -> None:
    shown: dict[str, list[str]] = {}
    async with serving(site) as pages:
        steward = await visitor(site, pages, "editor")
        name, _, value = steward.cookie.partition("=")
        cookie = {"name": name, "value": value, "url": pages.url}
        for language in ("ar", "en"):
            context = await browser.new_context(viewport={"width": 320, "height": 640})
            await context.add_cookies([cookie])  # type: ignore[list-item]
            page = await context.new_page()
            for path in (f"{BODY}/merge?into=icom", "/directory?search=educ", BODY):
                mark = "&" if "?" in path else "?"
                await page.goto(f"{pages.url}/console{path}{mark}lang={language}")
                await page.emulate_media(media="screen")
                assert await page.evaluate(ASTRAY) == [], path
                await page.emulate_media(media="print")
                found = page.locator(
                    "nav, header, [role=search], form.inline, button, .side"
                )
                shown[f"{language} {path}"] = [
                    await each.inner_html()
                    for each in await found.all()
                    if await each.is_visible()
                ]

    assert {key: value for key, value in shown.items() if value} == {}


@pytest.mark.parametrize("store", ["sqlite"])
async def test_without_script_a_contact_is_changed_by_keyboard(
    site: Site, browser: Browser
) -> None:
    async with serving(site) as pages:
        steward = await visitor(site, pages, "editor")
        context = await browser.new_context(
            java_script_enabled=False, viewport={"width": 320, "height": 640}
        )
        name, _, value = steward.cookie.partition("=")
        await context.add_cookies([{"name": name, "value": value, "url": pages.url}])
        page = await context.new_page()
        await page.goto(f"{pages.url}/console{ADDED}/edit?lang=fr")
        field = page.get_by_label("Personne ou fonction")
        await field.fill("Awa Ndiaye")
        async with page.expect_navigation():
            await field.press("Enter")
        heading = await page.locator("h1").inner_text()
        said = await page.get_by_role("status").inner_text()

    assert heading == "Awa Ndiaye"
    assert said
