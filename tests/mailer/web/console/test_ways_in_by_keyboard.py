"""Every way in, on a screen of 320 pixels, in French, by the keyboard only."""

import pyotp
import pytest
from playwright.async_api import Locator, Page, expect

from mailer import clock
from mailer.sites.site import Site
from tests.acts.console import add_user, link, visitor
from tests.mailer.web.console import test_sign_in
from tests.mailer.web.console.test_passkeys import Desk, desk
from tests.mailer.web.console.test_provider import with_provider
from tools.peers.provider import providing
from tools.peers.relay import Relay
from tools.waiting import eventually

pytestmark = [pytest.mark.prove, pytest.mark.parametrize("store", ["sqlite"])]
WIDTH, MOST_TABS = 320, 120
PASSWORD = "quatre mots faciles à retenir"
SIGN_OUT = 'form[action="/console/sign-out"] button'
BY_PASSKEY = "form[data-passkey] button"
MAIL = "lea@unit.int"


async def reach(page: Page, wanted: Locator) -> None:
    """Go to an element by the Tab key; the page is no wider than the screen."""
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= WIDTH, page.url
    await expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        if await wanted.evaluate("each => each === document.activeElement"):
            await expect(wanted).to_be_in_viewport()
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by the Tab key")


async def press(page: Page, button: str) -> None:
    """Press a button or link with Enter, and wait for the page it leads to."""
    await reach(page, page.locator(button))
    async with page.expect_navigation():
        await page.keyboard.press("Enter")


async def type_into(page: Page, field: str, text: str) -> None:
    await reach(page, page.locator(field))
    await page.keyboard.type(text)


async def with_password(page: Page, home: str) -> tuple[str, list[str]]:
    """Set a password and its code; return the secret and the recovery codes."""
    await page.goto(f"{home}/me")
    secret = await page.locator("code.secret").inner_text()
    await type_into(page, "#password", PASSWORD)
    early = pyotp.TOTP(secret).at(clock.now(), counter_offset=-1)
    await type_into(page, "#code", early)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    return secret, await page.locator("ul.codes code").all_inner_texts()


async def by_password(page: Page, home: str, code: str) -> None:
    await page.goto(f"{home}/people")
    for field, text in (("#name", "lea"), ("#password", PASSWORD), ("#code", code)):
        await type_into(page, field, text)
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{home}/people")


async def by_link(at: Desk, relay: Relay, home: str) -> None:
    page = at.page
    await page.goto(f"{home}/calendar")
    await type_into(page, "#who", "lea")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await eventually(lambda: len(test_sign_in.links(relay)) == 1, "no link came")
    await page.goto(f"{home}/sign-in/{test_sign_in.links(relay)[0]}")
    await press(page, "main button")
    await expect(page).to_have_url(f"{home}/calendar")


async def test_each_way_in_is_walked_by_keyboard(site: Site, relay: Relay) -> None:
    await add_user(site, "lea", "author", address=MAIL)
    async with providing("liaison", "a-secret-of-the-client") as provider:
        provider.claims = {"sub": "l-1", "email": MAIL, "email_verified": True}
        size = {"width": WIDTH, "height": 640}
        asked = with_provider(site, provider)
        async with desk(asked, locale="fr", viewport=size) as at:
            page, home = at.page, f"{at.url}/console"
            await page.goto(f"{home}/sign-in/{await link(site, 'lea')}")
            await press(page, "main button")
            await expect(page).to_have_url(home)

            secret, codes = await with_password(page, home)
            await by_password(page, home, pyotp.TOTP(secret).at(clock.now()))
            await page.goto(f"{home}/me")
            await type_into(page, "#passkey-name", "mon téléphone")
            await press(page, BY_PASSKEY)
            await page.get_by_role("cell", name="mon téléphone").first.wait_for()
            await press(page, SIGN_OUT)
            await page.goto(f"{home}/journal")
            await press(page, BY_PASSKEY)
            await expect(page).to_have_url(f"{home}/journal")

            await press(page, SIGN_OUT)
            await press(page, 'a[href^="/console/sign-in/provider"]')
            await expect(page).to_have_url(home)
            await press(page, SIGN_OUT)
            await by_link(at, relay, home)

            # the telephone is lost: a recovery code, and the other browser is ended
            other = await visitor(asked, at.pages, "lea")
            await press(page, SIGN_OUT)
            await by_password(page, home, codes[0])
            await page.goto(f"{home}/me")
            await press(page, 'form[action="/console/me/sign-ins"] button >> nth=0')
            assert (await other.get("/me")).status_code == 303
            await page.reload()
            await expect(page).to_have_url(f"{home}/me?done=sign-in-ended")
