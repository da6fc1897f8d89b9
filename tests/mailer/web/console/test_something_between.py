"""Double press, back, slow network, a removal meanwhile: in a real browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect
from sqlalchemy import delete

from mailer.campaigns import lookup
from mailer.campaigns.writing.together import remarks
from mailer.signin.models import SignIn
from mailer.sites.site import Site
from tests.acts import campaigning
from tests.acts.console import add_user, visitor
from tests.mailer.web.console.test_words_stay import remove
from tests.mailer.web.console.test_writing import TEXT
from tests.mailer.web.console.test_writing_in_a_browser import signed_in, written
from tools.peers.browser import chromium
from tools.peers.serving import Pages, serving

pytestmark = [
    pytest.mark.prove,
    pytest.mark.parametrize("store", ["sqlite"]),
    pytest.mark.parametrize("script", [True, False]),
]
WORDS = "Words typed at length."
ONE = "#block-first"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A user who writes a letter in a browser, where something comes between."""

    site: Site
    pages: Pages
    page: Page
    number: int
    script: bool

    @property
    def here(self) -> str:
        """Return the address of the letter's page."""
        return f"{self.pages.url}/console/campaigns/{self.number}"

    async def opens(self) -> None:
        """Open the page on which the letter is written."""
        await self.page.goto(f"{self.here}/write/en")

    async def types(self, words: str) -> None:
        """Type into the text of the first block."""
        await self.page.locator(f"{ONE} textarea[data-paste]").fill(words)

    async def saves(self) -> None:
        """Press the button of the first block."""
        await self.page.locator(ONE).get_by_role("button", name="Save").click()

    async def signs_in_again(self, name: str) -> None:
        """Sign in on another page of the same browser."""
        one = await visitor(self.site, self.pages, name)
        await signed_in(self.page.context, self.pages, one)


@asynccontextmanager
async def writing(
    site: Site, place: Path, browser: Browser, *, script: bool, name: str = "editor"
) -> AsyncIterator[Writer]:
    number = await campaigning.add(site, campaigning.write(place, en=TEXT))
    async with serving(site) as pages:
        context = await browser.new_context(java_script_enabled=script)
        await signed_in(context, pages, await visitor(site, pages, name))
        page = await context.new_page()
        yield Writer(site=site, pages=pages, page=page, number=number, script=script)
        await context.close()


async def test_a_double_press_acts_once(
    site: Site, tmp_path: Path, browser: Browser, *, script: bool
) -> None:
    async with writing(site, tmp_path, browser, script=script) as one:
        await one.page.goto(f"{one.here}/remarks")
        await one.page.get_by_label("Remark", exact=True).fill("Who comes?")
        await one.page.get_by_role("button", name="Add the remark").dblclick()
        await expect(one.page.get_by_text("Who comes?").first).to_be_visible()
        async with site.database.reading() as session:
            campaign = await lookup.get(session, one.number)
            assert len(await remarks.of(session, campaign)) == 1


async def test_back_and_save_again_keeps_the_words(
    site: Site, tmp_path: Path, browser: Browser, *, script: bool
) -> None:
    async with writing(site, tmp_path, browser, script=script) as one:
        await one.opens()
        await one.types("First words.")
        await one.saves()
        await expect(one.page.get_by_role("status").first).to_contain_text("Saved")
        await one.page.go_back()
        await one.types(WORDS)
        await one.saves()
        await expect(one.page.get_by_role("status").first).to_contain_text("Saved")
        text = await written(site, one.number)
        assert WORDS in text
        assert "First words." not in text


async def test_a_slow_network_saves_once_and_says_so(
    site: Site, tmp_path: Path, browser: Browser, *, script: bool
) -> None:
    async def slow(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    async with writing(site, tmp_path, browser, script=script) as one:
        await one.opens()
        await one.page.route("**/write/en*", slow)
        await one.types(WORDS)
        await one.saves()
        said = one.page.get_by_role("status").first
        await expect(said).to_contain_text("Saved", timeout=15_000)
        assert (await written(site, one.number)).count(WORDS) == 1


async def test_an_approval_meanwhile_keeps_the_words_and_says_what_to_do(
    site: Site, tmp_path: Path, browser: Browser, *, script: bool
) -> None:
    async with writing(site, tmp_path, browser, script=script) as one:
        await one.opens()
        await campaigning.approve(site, one.number)
        await one.types(WORDS)
        await one.saves()
        await expect(one.page.locator("main")).to_contain_text("take it back")
        assert WORDS in await one.page.content()
        assert WORDS not in await written(site, one.number)


async def test_a_sign_in_that_ended_meanwhile_loses_no_word(
    site: Site, tmp_path: Path, browser: Browser, *, script: bool
) -> None:
    async with writing(site, tmp_path, browser, script=script) as one:
        await one.opens()
        async with site.database.writing() as session:
            await session.execute(delete(SignIn))
        await one.types(WORDS)
        if script:
            state = one.page.locator(f"{ONE} [data-state]")
            await expect(state).to_contain_text("signed out")
            await one.signs_in_again("editor")
            await expect(state).to_contain_text("Saved ", timeout=15_000)
        else:
            await one.saves()
            await expect(one.page.locator("main")).to_contain_text("still here")
            await one.signs_in_again("editor")
            again = one.page.get_by_role("button", name="Try again")
            await again.click()  # the form is of the former sign-in
            await again.click()
            await expect(one.page.get_by_role("status").first).to_contain_text("Saved")
        assert WORDS in await written(site, one.number)


async def test_a_user_who_is_removed_meanwhile_sees_the_words(
    site: Site, tmp_path: Path, browser: Browser, *, script: bool
) -> None:
    await add_user(site, "gone", "author")
    made = writing(site, tmp_path, browser, script=script, name="gone")
    async with made as one:
        await one.opens()
        await remove(site, "gone")
        await one.types(WORDS)
        if script:
            state = one.page.locator(f"{ONE} [data-state]")
            await expect(state).to_contain_text("signed out")
            typed = one.page.locator(f"{ONE} textarea[data-paste]")
            await expect(typed).to_have_value(WORDS)
        else:
            await one.saves()
            await expect(one.page.locator("main")).to_contain_text("signed out")
            assert WORDS in await one.page.content()
        assert WORDS not in await written(site, one.number)
