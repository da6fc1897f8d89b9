"""Letters are written in a real browser: with script and without, and accessibly."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import delete

from mailer.campaigns import lookup
from mailer.campaigns.writing import texts
from mailer.signin.models import SignIn
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import Visitor, add_user, visitor
from tests.mailer.web.console.test_writing import TEXT
from tools.peers.browser import axe, chromium
from tools.peers.serving import Pages, serving

pytestmark = pytest.mark.parametrize("store", ["sqlite"])
FRENCH = TEXT.replace("The first", "Le premier")
PASTED = """place => { const data = new DataTransfer();
  data.setData('text/html', '<h1>Pasted</h1><ul><li>one<li><b>two</b></ul><img>');
  data.setData('text/plain', 'plain');
  place.dispatchEvent(new ClipboardEvent('paste',
    {clipboardData: data, bubbles: true, cancelable: true})); }"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def signed_in(context: BrowserContext, pages: Pages, one: Visitor) -> None:
    name, _, value = one.cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": pages.url}])


@asynccontextmanager
async def writing(
    site: Site, place: Path, browser: Browser
) -> AsyncIterator[tuple[int, Page]]:
    """Open the page on which the editor writes a letter; its number, and the page."""
    number = await campaigning.add(site, campaigning.write(place, en=TEXT))
    async with serving(site) as pages:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        await signed_in(context, pages, await visitor(site, pages, campaigning.EDITOR))
        page = await context.new_page()
        await page.goto(f"{pages.url}/console/campaigns/{number}/write/en")
        yield number, page
        await context.close()


async def written(site: Site, number: int, language: str = "en") -> str:
    async with site.database.reading() as session:
        campaign = await lookup.get(session, number)
        return (await texts.texts_of(session, campaign))[language]


async def accessible(page: Page) -> None:
    found = await axe(page)
    assert found.violations_count == 0, found.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert wide, page.url


@pytest.mark.prove
async def test_words_are_saved_while_one_writes_and_kept_when_the_server_is_away(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path, en=TEXT))
    async with serving(site) as pages:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        await signed_in(context, pages, await visitor(site, pages, campaigning.EDITOR))
        page = await context.new_page()
        await page.goto(f"{pages.url}/console/campaigns/{number}/write/en")
        await accessible(page)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        first = page.locator("#block-first")
        state, title = first.locator("[data-state]"), first.get_by_label("Title")
        await title.fill("Saved by itself")
        await expect(state).to_contain_text("Saved ")
        assert "title: Saved by itself" in await written(site, number)
        await expect(
            page.frame_locator("#preview").get_by_text("Saved by itself").first
        ).to_be_visible()
        assert said == []

        await context.set_offline(True)
        await title.fill("Away")
        await expect(state).to_contain_text("no answer")
        await context.set_offline(False)
        await expect(state).to_contain_text("Saved ", timeout=15_000)
        assert "title: Away" in await written(site, number)

        async with site.database.writing() as session:
            await session.execute(delete(SignIn))
        await title.fill("Signed out")
        await expect(state).to_contain_text("signed out")
        await signed_in(context, pages, await visitor(site, pages, campaigning.EDITOR))
        await expect(state).to_contain_text("Saved ", timeout=15_000)
        assert "title: Signed out" in await written(site, number)

        await context.close()


@pytest.mark.prove
async def test_what_is_pasted_becomes_markdown_and_leaving_asks(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    async with writing(site, tmp_path, browser) as (_, page):
        words = page.locator("#block-first textarea[data-paste]")
        await words.press("Control+End")
        await words.evaluate(PASTED)
        await expect(words).to_have_value(
            "Words of the first.\n\n## Pasted\n\n- one\n- **two**"
        )
        hint = page.locator("#block-first [data-pasted]")
        await expect(hint).to_have_text("Pictures are added on the page of files.")
        await words.press_sequentially("x")
        async with page.expect_event("dialog") as asked:
            await page.close(run_before_unload=True)
        dialog = await asked.value
        assert dialog.type == "beforeunload"
        await dialog.accept()


@pytest.mark.prove
async def test_acts_on_blocks_save_what_was_typed_and_keep_the_keyboard(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    async with writing(site, tmp_path, browser) as (number, page):
        await page.locator("#block-opening textarea[data-paste]").fill(
            "Typed at the last moment."
        )
        await page.locator("#up-second").press("Enter")
        await expect(page.locator("#up-second")).to_be_focused()
        assert "Typed at the last moment." in await written(site, number)
        await page.locator("#block-first").get_by_text("Delete").click()
        await page.get_by_role("button", name="Undo the deletion").click()
        await expect(page.locator("#block-first")).to_be_visible()


async def test_without_script_a_letter_is_written_in_french_on_a_telephone(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    folder = campaigning.write(tmp_path, en=TEXT, fr=FRENCH)
    number = await campaigning.add(site, folder)
    async with serving(site) as pages:
        context = await browser.new_context(
            viewport={"width": 320, "height": 640},
            locale="fr",
            java_script_enabled=False,
        )
        await signed_in(context, pages, await visitor(site, pages, campaigning.EDITOR))
        page = await context.new_page()
        here = f"{pages.url}/console/campaigns/{number}"
        await page.goto(f"{here}/write/fr")
        await page.locator("#block-first").get_by_label("Titre").fill("Écrit ici")
        second = page.locator("#block-second")
        await second.get_by_label("Titre", exact=True).fill("Aussi")
        await second.get_by_role("button", name="Enregistrer").click()
        await expect(page.get_by_role("status").first).to_contain_text("Enregistré à")
        text = await written(site, number, "fr")
        assert "Écrit ici" in text
        assert "title: Aussi" in text
        await context.close()


@pytest.mark.prove
async def test_every_page_of_writing_is_accessible_in_french_on_a_telephone(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    """It runs with script: axe waits for timers, which a page without it never has."""
    folder = campaigning.write(tmp_path, en=TEXT, fr=FRENCH)
    number = await campaigning.add(site, folder)
    async with serving(site) as pages:
        context = await browser.new_context(
            viewport={"width": 320, "height": 640}, locale="fr"
        )
        await signed_in(context, pages, await visitor(site, pages, campaigning.EDITOR))
        page = await context.new_page()
        here = f"/console/campaigns/{number}"
        for path in (
            f"{here}/write/en",
            f"{here}/write/fr",
            f"{here}/translate",
            f"{here}/remarks",
            f"{here}/add/en",
            f"{here}/versions",
            f"{here}/files",
            f"{here}/audience",
            "/console/campaigns/new",
            "/console/campaigns/new/invitation",
        ):
            await page.goto(pages.url + path)
            assert await page.locator("h1").count() == 1
            await accessible(page)
        await context.close()


@pytest.mark.prove
async def test_buttons_write_markdown_by_keyboard_and_it_can_be_undone(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    async with writing(site, tmp_path, browser) as (_, page):
        words = page.locator("#block-first textarea[data-paste]")
        bar = page.locator("#block-first").get_by_role("toolbar", name="Write as")
        for name, steps, wanted in (
            ("Bold", 0, "**one**\ntwo"),
            ("Italic", 1, "*one*\ntwo"),
            ("Link", 2, "[one](https://)\ntwo"),
            ("List", 3, "- one\ntwo"),
            ("Heading", 4, "## one\ntwo"),
        ):
            await words.fill("one\ntwo")
            await words.evaluate("each => each.setSelectionRange(0, 3)")
            await bar.get_by_role("button").first.focus()
            for _ in range(steps):
                await page.keyboard.press("ArrowRight")
            await expect(bar.get_by_role("button", name=name)).to_be_focused()
            await page.keyboard.press("Enter")
            await expect(words).to_have_value(wanted)
            await expect(words).to_be_focused()
            await page.keyboard.press("ControlOrMeta+z")
            await expect(words).to_have_value("one\ntwo")
            await bar.get_by_role("button").nth(steps).focus()
            await page.keyboard.press("Home")
        await words.fill("**a**")
        await words.evaluate("each => each.setSelectionRange(2, 3)")
        await bar.get_by_role("button", name="Bold").click()
        await expect(words).to_have_value("a")


@pytest.mark.prove
async def test_a_remark_waits_for_its_button_and_who_writes_is_shown(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    number = await campaigning.add(site, campaigning.write(tmp_path, en=TEXT))
    async with serving(site) as pages:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        await signed_in(context, pages, await visitor(site, pages, campaigning.EDITOR))
        await add_user(site, "paul", "author")
        other = await visitor(site, pages, "paul")
        await other.post(f"/campaigns/{number}/write/en/here")
        page = await context.new_page()
        await page.goto(f"{pages.url}/console/campaigns/{number}/write/en")
        await expect(page.locator("[data-others]")).to_contain_text("paul (English)")
        first = page.locator("#block-first")
        await first.get_by_text("Make a remark").click()
        await first.get_by_label("Remark").fill("Who comes?")
        await first.get_by_role("button", name="Add the remark").click()
        await expect(first.get_by_text("Who comes?").first).to_be_visible()
        await first.get_by_role("button", name="Settle").click()
        await expect(first.get_by_text("Who comes?")).to_have_count(0)
        await context.close()


@pytest.mark.prove
async def test_a_link_is_followed_at_once_after_the_last_key_and_no_word_is_lost(
    site: Site, tmp_path: Path, browser: Browser
) -> None:
    asked: list[str] = []
    async with writing(site, tmp_path, browser) as (number, page):
        page.on("dialog", lambda dialog: asked.append(dialog.type))
        await page.get_by_label("Subject").fill("Typed last")
        await page.get_by_role("link", name="Readers", exact=True).first.click()
        await expect(page).to_have_url(re.compile("/audience$"))

    assert asked == []
    assert "subject: Typed last" in await written(site, number)
