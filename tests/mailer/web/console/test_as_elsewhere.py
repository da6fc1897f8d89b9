"""What users of other programs reported about their pages is tried on ours.

Wagtail 2798, 2998; Gutenberg 3689, 55550, 79777; listmonk 633; XWiki 17658;
Ghost 21657; Buttondown 3359; Mautic 14516.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import visitor
from tests.mailer.web.console.test_writing import TEXT
from tests.mailer.web.console.test_writing_in_a_browser import (
    FRENCH,
    signed_in,
    writing,
    written,
)
from tools.peers.browser import chromium
from tools.peers.serving import serving

pytestmark = [
    pytest.mark.prove,
    pytest.mark.parametrize("store", ["sqlite"]),
]
MONTHLY = {
    "ar": "أول يوم ثلاثاء من كل شهر",
    "es": "el primer martes de cada mes",
    "ru": "первый вторник каждого месяца",
    "zh": "每月第一个星期二",
}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def test_a_save_keeps_the_keyboard_at_its_block_and_says_so_there(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    async with writing(site, tmp_path, browser) as (number, page):
        dialogs: list[str] = []
        page.on("dialog", lambda each: dialogs.append(each.type))
        second = page.locator("#block-second")
        await second.get_by_label("Title").fill("Saved by its button")
        async with page.expect_navigation():
            await page.locator("#save-second").press("Enter")
        await expect(page.locator("#save-second")).to_be_focused()
        await expect(second.locator("[data-state]")).to_contain_text("Saved ")
        await expect(second).to_be_in_viewport()
        assert "title: Saved by its button" in await written(site, number)

        # Enter in a line saves, and asks nothing; Escape takes no word away
        title = second.get_by_label("Title")
        await title.fill("Saved by Enter")
        await title.press("Escape")
        await expect(title).to_have_value("Saved by Enter")
        async with page.expect_navigation():
            await title.press("Enter")
        assert "title: Saved by Enter" in await written(site, number)

        # after the way back, a further save meets no conflict with oneself
        await page.go_back()
        await page.locator("#block-second").get_by_label("Title").fill("After the back")
        async with page.expect_navigation():
            await page.locator("#save-second").press("Enter")
        await expect(page.locator("h1")).to_contain_text("Write")
        assert "title: After the back" in await written(site, number)
        assert dialogs == []


async def test_a_translation_that_is_saved_keeps_the_keyboard_as_well(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    folder = campaigning.write(tmp_path, en=TEXT, fr=FRENCH)
    number = await campaigning.add(site, folder)
    async with serving(site) as pages:
        context = await browser.new_context()
        await signed_in(context, pages, await visitor(site, pages, campaigning.EDITOR))
        page = await context.new_page()
        await page.goto(f"{pages.url}/console/campaigns/{number}/write/fr")
        button = page.locator("#block-first").get_by_role("button", name="Save")
        await button.press("Enter")
        await expect(button).to_be_focused()
        await context.close()


async def test_a_restored_version_takes_no_later_words_away(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    async with writing(site, tmp_path, browser) as (number, page):
        first = await written(site, number)
        await page.locator("#block-first").get_by_label("Title").fill("The later words")
        async with page.expect_navigation():
            await page.locator("#save-first").press("Enter")
        later = await written(site, number)
        await page.goto(page.url.partition("/write")[0] + "/versions")
        await page.get_by_role("button", name="Restore 1").click()
        await expect(page.locator("tbody tr")).to_have_count(3)
        restored = await written(site, number)
        await page.get_by_role("button", name="Restore 2").click()
        await expect(page.locator("tbody tr")).to_have_count(4)
        again = await written(site, number)

    assert restored == first
    assert again == later


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_a_time_is_that_of_the_unit_wherever_the_browser_is(
    site: Site, tmp_path: Path, browser: Browser, zone: str
) -> None:
    number = await campaigning.approved(site, tmp_path)
    async with serving(site) as pages:
        context = await browser.new_context(timezone_id=zone)
        await signed_in(context, pages, await visitor(site, pages, "head-of-unit"))
        page = await context.new_page()
        await page.goto(f"{pages.url}/console/campaigns/{number}/schedule")
        await page.get_by_label("Time, in Paris").fill("2097-04-30T00:30")
        await page.get_by_role("button", name="Check this time").click()
        await expect(page.locator(".next")).to_contain_text("30 April 2097, 00:30")
        # what was typed stays, on the way out and back as well
        await page.get_by_role("link", name="Letters").click()
        await page.go_back()
        await expect(page.get_by_label("Time, in Paris")).to_have_value(
            "2097-04-30T00:30"
        )
        await context.close()


@pytest.mark.parametrize("language", ["ar", "es", "ru", "zh"])
async def test_a_user_of_another_language_sees_the_series(
    site: Site, tmp_path: Path, language: str
) -> None:
    number = await campaigning.approved(site, tmp_path)
    await campaigning.schedule_in_series(site, number)
    async with serving(site) as pages:
        user = await visitor(site, pages, "head-of-unit")
        shown = [
            await user.get(f"{path}?lang={language}")
            for path in ("/series", "/series/1")
        ]

    for each in shown:
        assert each.status_code == 200
        assert MONTHLY[language] in each.text
